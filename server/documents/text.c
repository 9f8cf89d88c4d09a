/*
 * Cleaning of texts before layout. Owns nothing; any thread, with an arena of its own.
 * It won't judge what a text says, and it leaves every script alone: only what would break the page is taken out.
 */
#include "akkoord/documents/text.h"

#include <glib.h>
#include <stdbool.h>

#define REPLACEMENT "\uFFFD"
#define ELLIPSIS    "\u2026"

/* Characters that turn the direction of what follows: they can make "100 EUR" read "RUE 001". (Unicode UAX #9) */
static bool is_directional_format(gunichar character)
{
    return (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069) ||
           character == 0x200E || character == 0x200F || character == 0x061C;
}

static bool is_break_or_control(gunichar character)
{
    GUnicodeType type = g_unichar_type(character);
    return character == ' ' || type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
           type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

static bool is_combining(gunichar character)
{
    GUnicodeType type = g_unichar_type(character);
    return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK;
}

/* Code points that are no characters, which cairo does not take. (The Unicode Standard, 23.7) */
static bool is_noncharacter(gunichar character)
{
    return (character & 0xFFFE) == 0xFFFE || (character >= 0xFDD0 && character <= 0xFDEF);
}

/* Takes one character from `*at`; false for a noncharacter, and where the bytes are not UTF-8, after moving on by one
 * byte. */
static bool take_character(const char **at, const char *end, gunichar *character)
{
    *character = g_utf8_get_char_validated(*at, (gssize)(end - *at));
    if (*character == (gunichar)-1 || *character == (gunichar)-2) {
        *at += 1;
        return false;
    }
    *at = g_utf8_next_char(*at);
    return !is_noncharacter(*character);
}

const char *document_clean_text(struct arena *arena, const char *text)
{
    if (text == NULL)
        return NULL;
    size_t length = strlen(text);
    const char *end = text + length;
    /* Four bytes a character is the most that UTF-8 takes, U+FFFD for a bad byte included. */
    size_t characters_max = length < DOCUMENT_TEXT_CHARACTERS_MAX ? length : DOCUMENT_TEXT_CHARACTERS_MAX;
    char *clean = (char *)arena_alloc(arena, (characters_max + 1) * 4 + sizeof ELLIPSIS);
    size_t used = 0;
    size_t characters = 0;
    int marks = 0;
    bool space_is_due = false;
    for (const char *at = text; at < end;) {
        const char *start = at;
        gunichar character;
        bool valid = take_character(&at, end, &character);
        if (valid && is_directional_format(character))
            continue;
        if (valid && is_break_or_control(character)) {
            space_is_due = used > 0;
            continue;
        }
        marks = valid && is_combining(character) ? marks + 1 : 0;
        if (marks > DOCUMENT_MARKS_MAX)
            continue;
        if (characters >= DOCUMENT_TEXT_CHARACTERS_MAX) {
            memcpy(clean + used, ELLIPSIS, strlen(ELLIPSIS));
            used += strlen(ELLIPSIS);
            break;
        }
        if (space_is_due) {
            clean[used++] = ' ';
            characters++;
            space_is_due = false;
        }
        const char *source = valid ? start : REPLACEMENT;
        size_t bytes = valid ? (size_t)(at - start) : strlen(REPLACEMENT);
        memcpy(clean + used, source, bytes);
        used += bytes;
        characters++;
    }
    clean[used] = '\0';
    return used > 0 ? clean : NULL;
}
