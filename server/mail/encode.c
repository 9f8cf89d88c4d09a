/* The encodings of a mail. Pure; any thread. */
#include "encode.h"

#include <stdint.h>
#include <string.h>

#include "akkoord/base/crypto.h"

#define PLAIN_LENGTH_MAX 60 /* with the field's name before it within the 78 of RFC 5322, 2.1.1 */
#define WORD_BYTES_MAX                                                                                                 \
    30 /* of an encoded word, before its encoding: the first shares its line with the field's name                     \
        */
#define QUOTED_LINE_MAX   76
#define BASE64_LINE_BYTES 57
#define ESCAPE_LENGTH     3

/* Not <ctype.h>: its answers depend on the locale. */
static bool is_plain(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z') || character == ' ' || character == '-';
}

static bool is_control(unsigned char byte)
{
    return byte < 0x20 || byte == 0x7F;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* ---- headers ---- */

static bool may_stand_plain(const char *text, size_t length)
{
    if (length == 0 || length > PLAIN_LENGTH_MAX || text[0] == ' ' || text[length - 1] == ' ')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_plain(text[i]))
            return false;
    return true;
}

/* At most WORD_BYTES_MAX, and no character of UTF-8 is cut in two; what is not UTF-8 is cut anywhere. */
static size_t next_word_bytes(const char *text, size_t length)
{
    if (length <= WORD_BYTES_MAX)
        return length;
    size_t bytes = WORD_BYTES_MAX;
    while (bytes > WORD_BYTES_MAX - 4 && is_continuation(text[bytes]))
        bytes--;
    return is_continuation(text[bytes]) ? WORD_BYTES_MAX : bytes;
}

static void append_word(struct buffer *out, const char *text, size_t length)
{
    char clean[WORD_BYTES_MAX];
    char encoded[BASE64_BYTES(WORD_BYTES_MAX)];
    for (size_t i = 0; i < length; i++)
        clean[i] = (char)(is_control((unsigned char)text[i]) ? ' ' : text[i]);
    base64_encode(clean, length, encoded);
    buffer_append_format(out, "=?UTF-8?B?%s?=", encoded);
}

void encode_header_text(struct buffer *out, const char *text)
{
    size_t length = strlen(text);
    if (may_stand_plain(text, length)) {
        buffer_append(out, text, length);
        return;
    }
    for (size_t at = 0; at < length;) {
        size_t bytes = next_word_bytes(text + at, length - at);
        if (at > 0)
            buffer_append_text(out, "\r\n ");
        append_word(out, text + at, bytes);
        at += bytes;
    }
}

/* ---- bodies ---- */

/* White space at the end of a line would be lost on the way. */
static bool must_escape(unsigned char byte, bool ends_line)
{
    return byte == '=' || byte > '~' || (byte < ' ' && byte != '\t') || ((byte == ' ' || byte == '\t') && ends_line);
}

void encode_quoted_printable(struct buffer *out, const char *text)
{
    size_t column = 0;
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            buffer_append_text(out, "\r\n");
            column = 0;
            continue;
        }
        unsigned char byte = is_control((unsigned char)*text) && *text != '\t' ? ' ' : (unsigned char)*text;
        bool escape = must_escape(byte, text[1] == '\n' || text[1] == '\0');
        /* One column is for the "=" of a line that goes on. */
        if (column + (escape ? ESCAPE_LENGTH : 1) > QUOTED_LINE_MAX - 1) {
            buffer_append_text(out, "=\r\n");
            column = 0;
        }
        if (escape)
            buffer_append_format(out, "=%02X", byte);
        else
            buffer_append(out, &byte, 1);
        column += escape ? ESCAPE_LENGTH : 1;
    }
}

void encode_base64_lines(struct buffer *out, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    char line[BASE64_BYTES(BASE64_LINE_BYTES)];
    for (size_t left = length; left > 0;) {
        size_t taken = left < BASE64_LINE_BYTES ? left : BASE64_LINE_BYTES;
        base64_encode(at, taken, line);
        buffer_append_text(out, line);
        buffer_append_text(out, "\r\n");
        at += taken;
        left -= taken;
    }
}
