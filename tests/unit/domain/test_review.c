/* The words of reviews, and what may be said in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "akkoord/domain/review.h"

static void assert_text_refused(const char *text, const char *code)
{
    struct error error;
    assert_int_equal(review_check_text("statement", text, &error), STATUS_INVALID);
    assert_string_equal(error.code, code);
    assert_string_equal(error.field, "statement");
}

static void assert_text_taken(const char *text)
{
    struct error error;
    assert_int_equal(review_check_text("statement", text, &error), STATUS_OK);
}

/* `count` times the character, NUL-terminated, in a static buffer. */
static const char *repeat(const char *character, size_t count)
{
    static char text[(REVIEW_TEXT_CHARACTERS_MAX + 2) * 4 + 1];
    size_t bytes = strlen(character);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * bytes, character, bytes);
    text[count * bytes] = '\0';
    return text;
}

static void a_text_is_counted_in_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
        assert_text_taken(repeat(characters[i], 1));
        assert_text_taken(repeat(characters[i], REVIEW_TEXT_CHARACTERS_MAX));
        assert_text_refused(repeat(characters[i], REVIEW_TEXT_CHARACTERS_MAX + 1), "length");
    }
    assert_text_refused("", "length");
}

static void a_text_that_nobody_can_see_is_refused(void **state)
{
    (void)state;
    static const char *const blanks[] = {
        " ", "\t\r\n", "\xc2\xa0", "\xe2\x80\x8b\xe2\x80\x83", "\xe3\x80\x80", "\xef\xbb\xbf", "\x01\x7f"};
    for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
        assert_text_refused(blanks[i], "blank");
    assert_text_taken(" \n.");
    assert_text_taken("\xc2\xa1");
}

static void every_word_is_read_back_as_what_it_names(void **state)
{
    (void)state;
    for (int i = 0; i < REVIEW_AUTHORS; i++) {
        enum review_author read;
        assert_int_equal(review_author_parse(review_author_name((enum review_author)i), &read), STATUS_OK);
        assert_int_equal(read, i);
    }
    for (int i = 0; i < REVIEW_OUTCOMES; i++) {
        enum review_outcome read;
        assert_int_equal(review_outcome_parse(review_outcome_name((enum review_outcome)i), &read), STATUS_OK);
        assert_int_equal(read, i);
    }
}

static void a_word_that_is_none_is_refused(void **state)
{
    (void)state;
    enum review_author author;
    enum review_outcome outcome;
    static const char *const words[] = {"", "open", "Upheld", "upheld ", "requestedx", "customers"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_int_equal(review_author_parse(words[i], &author), STATUS_INVALID);
        assert_int_equal(review_outcome_parse(words[i], &outcome), STATUS_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_counted_in_characters),
        cmocka_unit_test(a_text_that_nobody_can_see_is_refused),
        cmocka_unit_test(every_word_is_read_back_as_what_it_names),
        cmocka_unit_test(a_word_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
