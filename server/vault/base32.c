/* base32, RFC 4648 section 6. Pure; any thread. */
#include "akkoord/vault/totp.h"

#define GROUP_BYTES      5 /* become */
#define GROUP_CHARACTERS 8

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void base32_encode(const void *bytes, size_t length, char *out)
{
    const uint8_t *next = bytes;
    for (; length > 0; out += GROUP_CHARACTERS) {
        size_t taken = length < GROUP_BYTES ? length : GROUP_BYTES;
        uint64_t group = 0;
        for (size_t i = 0; i < GROUP_BYTES; i++)
            group = group << 8 | (i < taken ? next[i] : 0);
        size_t used = (taken * 8 + 4) / 5;
        memset(out, '=', GROUP_CHARACTERS);
        for (size_t i = 0; i < used; i++)
            out[i] = alphabet[group >> (35 - 5 * i) & 31];
        next += taken;
        length -= taken;
    }
    *out = '\0';
}

/* The value of a character, or -1. */
static int character_value(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a';
    if (character >= '2' && character <= '7')
        return character - '2' + 26;
    return -1;
}

/* The characters before the padding; false when the padding, or what it leaves, is not that of whole bytes. */
static bool strip_padding(const char *text, size_t *length)
{
    size_t padded = *length, kept = padded;
    while (kept > 0 && text[kept - 1] == '=')
        kept--;
    *length = kept;
    size_t last = kept % GROUP_CHARACTERS;
    if (last == 1 || last == 3 || last == 6)
        return false;
    /* Padding fills up to the end of the group, or is not there at all. */
    return padded == kept || (last != 0 && padded - kept == GROUP_CHARACTERS - last);
}

enum status base32_decode(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *out_length)
{
    if (!strip_padding(text, &length) || length / GROUP_CHARACTERS > capacity / GROUP_BYTES + 1 ||
        length * 5 / 8 > capacity)
        return STATUS_INVALID;
    uint32_t pending = 0; /* bits read and not yet written */
    unsigned pending_bits = 0;
    size_t written = 0;
    for (size_t i = 0; i < length; i++) {
        int value = character_value(text[i]);
        if (value < 0)
            return STATUS_INVALID;
        pending = pending << 5 | (uint32_t)value;
        pending_bits += 5;
        if (pending_bits >= 8) {
            pending_bits -= 8;
            out[written++] = (uint8_t)(pending >> pending_bits);
            pending &= (1u << pending_bits) - 1;
        }
    }
    if (pending != 0)
        return STATUS_INVALID;
    *out_length = written;
    return STATUS_OK;
}
