/*
 * The check and the one written form of an e-mail address. Pure; any thread. It does not ask whether the address
 * exists, and knows no quoted local parts, comments or address literals: nobody orders from one.
 */
#include "akkoord/vault/blind_index.h"

#include <stdbool.h>

#define LOCAL_LENGTH_MAX 64 /* RFC 5321, 4.5.3.1.1 */
#define LABEL_LENGTH_MAX 63 /* RFC 1035, 2.3.4 */

/* Not <ctype.h>: its answers depend on the locale. */
static bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* RFC 5322, 3.2.3, with RFC 6532's addition of all that is not ASCII. */
static bool is_atext(unsigned char byte)
{
    return is_letter(byte) || is_digit(byte) || byte >= 0x80 ||
           (byte != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", byte) != NULL);
}

static bool is_label_byte(unsigned char byte)
{
    return is_letter(byte) || is_digit(byte) || byte >= 0x80 || byte == '-';
}

/* The bytes of the UTF-8 sequence (RFC 3629) at `text`; 0 when it is not one. */
static size_t utf8_sequence_bytes(const unsigned char *text, size_t length)
{
    unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || bytes > length)
        return 0;
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    }
    /* Overlong forms, surrogates, and what lies past U+10FFFF. */
    unsigned char second = text[1];
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F))
        return 0;
    return bytes;
}

static bool is_utf8(const unsigned char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t bytes = utf8_sequence_bytes(text + at, length - at);
        if (bytes == 0)
            return false;
        at += bytes;
    }
    return true;
}

static bool local_part_is_good(const unsigned char *text, size_t length)
{
    if (length < 1 || length > LOCAL_LENGTH_MAX || text[0] == '.' || text[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' ? text[i - 1] == '.' : !is_atext(text[i]))
            return false;
    }
    return true;
}

static bool label_is_good(const unsigned char *text, size_t length)
{
    if (length < 1 || length > LABEL_LENGTH_MAX || text[0] == '-' || text[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_label_byte(text[i]))
            return false;
    }
    return true;
}

static bool all_digits(const unsigned char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return false;
    }
    return true;
}

static bool domain_is_good(const unsigned char *text, size_t length)
{
    size_t labels = 0, start = 0;
    for (;;) {
        const unsigned char *dot = memchr(text + start, '.', length - start);
        size_t end = dot != NULL ? (size_t)(dot - text) : length;
        if (!label_is_good(text + start, end - start))
            return false;
        labels++;
        if (dot == NULL)
            return labels >= 2 && !all_digits(text + start, end - start);
        start = end + 1;
    }
}

static enum status bad_format(struct error *error)
{
    return error_set_field(error, STATUS_INVALID, "format", "email", "this is not an e-mail address");
}

enum status email_normalise(const char *text, size_t length, char out[EMAIL_BYTES], struct error *error)
{
    while (length > 0 && text[0] == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length < EMAIL_LENGTH_MIN || length > EMAIL_LENGTH_MAX)
        return error_set_field(error, STATUS_INVALID, "length", "email", "an e-mail address has %d to %d bytes",
                               EMAIL_LENGTH_MIN, EMAIL_LENGTH_MAX);
    const unsigned char *bytes = (const unsigned char *)text;
    const unsigned char *at = memchr(bytes, '@', length);
    if (at == NULL || !is_utf8(bytes, length))
        return bad_format(error);
    size_t local_length = (size_t)(at - bytes);
    /* A second @ fails as a byte that no label has. */
    if (!local_part_is_good(bytes, local_length) || !domain_is_good(at + 1, length - local_length - 1))
        return bad_format(error);
    for (size_t i = 0; i < length; i++)
        out[i] = (char)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] + ('a' - 'A') : bytes[i]);
    out[length] = '\0';
    return STATUS_OK;
}
