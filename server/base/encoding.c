/* Hex and base64 of crypto.h: strict in what they read, so that one value has one text. Any thread. */
#include "akkoord/base/crypto.h"

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

void hex_encode(const void *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = bytes;
    for (size_t i = 0; i < length; i++) {
        *out++ = digits[in[i] >> 4];
        *out++ = digits[in[i] & 0x0f];
    }
    *out = '\0';
}

enum status hex_decode(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *out_length)
{
    if (length % 2 != 0 || length / 2 > capacity)
        return STATUS_INVALID;
    for (size_t i = 0; i < length; i += 2) {
        int high = hex_value(text[i]);
        int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0)
            return STATUS_INVALID;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    *out_length = length / 2;
    return STATUS_OK;
}

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(const char *alphabet, bool padded, const uint8_t *in, size_t length, char *out)
{
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)in[i] << 16;
        if (left > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (left > 2)
            group |= in[i + 2];
        *out++ = alphabet[group >> 18];
        *out++ = alphabet[group >> 12 & 63];
        if (left > 1)
            *out++ = alphabet[group >> 6 & 63];
        else if (padded)
            *out++ = '=';
        if (left > 2)
            *out++ = alphabet[group & 63];
        else if (padded)
            *out++ = '=';
    }
    *out = '\0';
}

static int base64_value(char digit, char digit62, char digit63)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    if (digit == digit62)
        return 62;
    return digit == digit63 ? 63 : -1;
}

/* `length` counts digits only, without padding. */
static enum status decode(char digit62, char digit63, const char *text, size_t length, uint8_t *out, size_t capacity,
                          size_t *out_length)
{
    if (length % 4 == 1 || length / 4 * 3 + (length % 4 > 0 ? length % 4 - 1 : 0) > capacity)
        return STATUS_INVALID;
    size_t written = 0;
    uint32_t group = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < length; i++) {
        int value = base64_value(text[i], digit62, digit63);
        if (value < 0)
            return STATUS_INVALID;
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[written++] = (uint8_t)(group >> bits);
            group &= (1U << bits) - 1;
        }
    }
    if (group != 0)
        return STATUS_INVALID; /* stray bits: another text for the same bytes */
    *out_length = written;
    return STATUS_OK;
}

void base64_encode(const void *bytes, size_t length, char *out)
{
    encode(base64_alphabet, true, bytes, length, out);
}

enum status base64_decode(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *out_length)
{
    if (length % 4 != 0)
        return STATUS_INVALID;
    size_t digits = length;
    while (digits > 0 && length - digits < 2 && text[digits - 1] == '=')
        digits--;
    return decode('+', '/', text, digits, out, capacity, out_length);
}

void base64url_encode(const void *bytes, size_t length, char *out)
{
    encode(base64url_alphabet, false, bytes, length, out);
}

enum status base64url_decode(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *out_length)
{
    return decode('-', '_', text, length, out, capacity, out_length);
}
