#pragma once
/*
 * What a byte may be in HTTP and in a URI, without the locale's opinion, and UTF-8 a byte at a time. Internal to http.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline char to_lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

/* NUL to 0x1F, and DEL. */
static inline bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7F;
}

/* RFC 9110 section 5.6.2: tchar. */
static inline bool is_token(char c)
{
    return is_digit(c) || is_alpha(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* RFC 3986 section 2.3. */
static inline bool is_unreserved(char c)
{
    return is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* RFC 3986 section 3.3: pchar without percent-encodings. */
static inline bool is_path_character(char c)
{
    return is_unreserved(c) || (c != '\0' && strchr("!$&'()*+,;=:@", c) != NULL);
}

/* 0 to 15, or -1. */
static inline int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that "%41" stands for; -1 when `text` does not begin with a whole percent-encoding. */
static inline int percent_value(const char *text, size_t length)
{
    if (length < 3 || text[0] != '%' || hex_value(text[1]) < 0 || hex_value(text[2]) < 0)
        return -1;
    return hex_value(text[1]) * 16 + hex_value(text[2]);
}

/* ASCII letters compare equal in both cases. */
static inline bool equals_ignoring_case(const char *text, size_t length, const char *other, size_t other_length)
{
    if (length != other_length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (to_lower(text[i]) != to_lower(other[i]))
            return false;
    return true;
}

/* A UTF-8 sequence that is being read (RFC 3629); zeroed at the start. */
struct utf8_reader {
    uint8_t missing; /* continuation bytes still to come */
    uint8_t low;     /* range of the next one */
    uint8_t high;
};

/* False when `byte` can't stand here. The text is whole when `missing` is 0. */
static inline bool utf8_accept(struct utf8_reader *reader, uint8_t byte)
{
    if (reader->missing > 0) {
        if (byte < reader->low || byte > reader->high)
            return false;
        *reader = (struct utf8_reader){(uint8_t)(reader->missing - 1), 0x80, 0xBF};
        return true;
    }
    if (byte < 0x80)
        return true;
    /* Overlong forms, surrogates and what lies above U+10FFFF are shut out by the range of the second byte. */
    if (byte >= 0xC2 && byte <= 0xDF)
        *reader = (struct utf8_reader){1, 0x80, 0xBF};
    else if (byte >= 0xE0 && byte <= 0xEF)
        *reader = (struct utf8_reader){2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF};
    else if (byte >= 0xF0 && byte <= 0xF4)
        *reader = (struct utf8_reader){3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF};
    else
        return false;
    return true;
}
