/* The words of reviews, and what may be said in one. Pure. */
#include "akkoord/domain/review.h"

#include <stdint.h>

static const char *const state_words[REVIEW_STATES] = {
    [REVIEW_REQUESTED] = "requested",
    [REVIEW_ASSIGNED] = "assigned",
    [REVIEW_DECIDED] = "decided",
};

static const char *const author_words[REVIEW_AUTHORS] = {
    [REVIEW_BY_CUSTOMER] = "customer",
    [REVIEW_BY_STAFF] = "staff",
    [REVIEW_BY_POLICY] = "policy",
};

static const char *const outcome_words[REVIEW_OUTCOMES] = {
    [REVIEW_UPHELD] = "upheld",
    [REVIEW_OVERTURNED] = "overturned",
};

/* The place of `text` among `words`; -1 when it is none of them. */
static int find_word(const char *const *words, int count, const char *text)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
    }
    return -1;
}

const char *review_state_name(enum review_state state)
{
    return state_words[state];
}

const char *review_author_name(enum review_author author)
{
    return author_words[author];
}

const char *review_outcome_name(enum review_outcome outcome)
{
    return outcome_words[outcome];
}

enum status review_author_parse(const char *text, enum review_author *author)
{
    int found = find_word(author_words, REVIEW_AUTHORS, text);
    if (found < 0)
        return STATUS_INVALID;
    *author = (enum review_author)found;
    return STATUS_OK;
}

enum status review_outcome_parse(const char *text, enum review_outcome *outcome)
{
    int found = find_word(outcome_words, REVIEW_OUTCOMES, text);
    if (found < 0)
        return STATUS_INVALID;
    *outcome = (enum review_outcome)found;
    return STATUS_OK;
}

/* The code point at `text` (valid UTF-8, not empty), and how many bytes it takes. */
static uint32_t code_point(const unsigned char *text, size_t *bytes)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    *bytes = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    uint32_t point = text[0] & masks[*bytes];
    for (size_t i = 1; i < *bytes; i++)
        point = point << 6 | (text[i] & 0x3f);
    return point;
}

/* Control bytes, the white space of Unicode, and what has no width: nobody can read a statement made of these. */
static bool is_invisible(uint32_t point)
{
    return point <= 0x20 || (point >= 0x7f && point <= 0xa0) || point == 0xad || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200f) || (point >= 0x2028 && point <= 0x202f) ||
           (point >= 0x205f && point <= 0x2064) || point == 0x3000 || point == 0xfeff;
}

enum status review_check_text(const char *field, const char *text, struct error *error)
{
    size_t characters = 0;
    bool visible = false;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t bytes;
        visible |= !is_invisible(code_point(at, &bytes));
        at += bytes;
        characters++;
    }
    if (characters == 0 || characters > REVIEW_TEXT_CHARACTERS_MAX)
        return error_set_field(error, STATUS_INVALID, "length", field, "must be 1 to %d characters",
                               REVIEW_TEXT_CHARACTERS_MAX);
    if (!visible)
        return error_set_field(error, STATUS_INVALID, "blank", field, "must say something");
    return STATUS_OK;
}
