/*
 * QR codes through libqrencode. Owns nothing; any thread.
 */
#include "akkoord/documents/qr.h"

#include <inttypes.h>
#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

/* EPC069-12, 4.1 and 4.2. */
#define NAME_CHARACTERS_MAX       70
#define REMITTANCE_CHARACTERS_MAX 140
#define TEXT_BYTES_MAX            331
#define AMOUNT_MINOR_MAX          INT64_C(99999999999)
#define VERSION_MAX               13

/* ISO 13616-1. */
#define IBAN_LENGTH_MIN 15
#define IBAN_LENGTH_MAX 34

/* At most so many characters, never parting one. */
static const char *cut(struct arena *arena, const char *text, size_t characters_max)
{
    size_t characters = 0;
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        bool begins = ((unsigned char)text[length] & 0xC0) != 0x80;
        if (begins && ++characters > characters_max)
            break;
    }
    return arena_format(arena, "%.*s", (int)length, text);
}

/* As a bank wants it: capitals and digits, without gaps. NULL: no IBAN. */
static const char *plain_iban(struct arena *arena, const char *iban)
{
    char *plain = arena_copy_text(arena, iban);
    size_t length = 0;
    for (; *iban != '\0'; iban++) {
        bool capital = *iban >= 'A' && *iban <= 'Z';
        bool digit = *iban >= '0' && *iban <= '9';
        if (capital || digit)
            plain[length++] = *iban;
        else if (*iban != ' ')
            return NULL;
    }
    plain[length] = '\0';
    return length >= IBAN_LENGTH_MIN && length <= IBAN_LENGTH_MAX ? plain : NULL;
}

const char *qr_transfer_text(struct arena *arena, const struct qr_transfer *transfer)
{
    if (transfer->name == NULL || transfer->iban == NULL || transfer->amount_minor < 1 ||
        transfer->amount_minor > AMOUNT_MINOR_MAX)
        return NULL;
    const char *iban = plain_iban(arena, transfer->iban);
    if (iban == NULL)
        return NULL;
    /* The empty lines are the purpose and the structured reference. */
    const char *text =
        arena_format(arena, "BCD\n002\n1\nSCT\n%s\n%s\n%s\nEUR%" PRId64 ".%02" PRId64 "\n\n\n%s",
                     transfer->bic != NULL ? transfer->bic : "", cut(arena, transfer->name, NAME_CHARACTERS_MAX), iban,
                     transfer->amount_minor / 100, transfer->amount_minor % 100,
                     cut(arena, transfer->remittance, REMITTANCE_CHARACTERS_MAX));
    return strlen(text) <= TEXT_BYTES_MAX ? text : NULL;
}

bool qr_encode(struct arena *arena, const char *text, struct qr *qr)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return false;
    bool fits = code->version <= VERSION_MAX;
    if (fits) {
        qr->count = (size_t)code->width;
        uint8_t *modules = (uint8_t *)arena_alloc(arena, qr->count * qr->count);
        /* The lowest bit is the colour; the others tell the encoder's own business. */
        for (size_t i = 0; i < qr->count * qr->count; i++)
            modules[i] = code->data[i] & 1;
        qr->modules = modules;
    }
    QRcode_free(code);
    return fits;
}
