/*
 * Figures, dates and texts as they stand on documents.
 */
#include <limits.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/format.h"
#include "akkoord/documents/text.h"
#include "rule.h"

static void assert_money(enum language language, int64_t amount_minor, const char *currency, const char *expected)
{
    struct money money = {.amount_minor = amount_minor};
    snprintf(money.currency, sizeof(money.currency), "%s", currency);
    char text[FORMAT_TEXT_BYTES];
    format_money(language, &money, text);
    assert_string_equal(text, expected);
}

static void test_money(void **state)
{
    (void)state;
    assert_money(LANGUAGE_NL, 0, "EUR", "€\u00a00,00");
    assert_money(LANGUAGE_NL, 5, "EUR", "€\u00a00,05");
    assert_money(LANGUAGE_NL, 99999, "EUR", "€\u00a0999,99");
    assert_money(LANGUAGE_NL, 100000, "EUR", "€\u00a01.000,00");
    assert_money(LANGUAGE_NL, 123456789, "EUR", "€\u00a01.234.567,89");
    assert_money(LANGUAGE_NL, -500, "EUR", "−€\u00a05,00");
    assert_money(LANGUAGE_EN, 123456789, "EUR", "€1,234,567.89");
    assert_money(LANGUAGE_EN, -123456, "EUR", "−€1,234.56");
    assert_money(LANGUAGE_EN, 123456, "USD", "USD\u00a01,234.56");
    assert_money(LANGUAGE_NL, 123456, "USD", "USD\u00a01.234,56");
}

static void test_decimals_of_currency(void **state)
{
    (void)state;
    assert_money(LANGUAGE_EN, 1234567, "JPY", "JPY\u00a01,234,567");
    assert_money(LANGUAGE_NL, 1234567, "KWD", "KWD\u00a01.234,567");
}

static void test_largest_amounts(void **state)
{
    (void)state;
    assert_money(LANGUAGE_NL, INT64_MAX, "EUR", "€\u00a092.233.720.368.547.758,07");
    assert_money(LANGUAGE_NL, INT64_MIN, "EUR", "−€\u00a092.233.720.368.547.758,08");
}

static void test_amount_without_currency(void **state)
{
    (void)state;
    struct money money = {-123456, "EUR"};
    char text[FORMAT_TEXT_BYTES];
    format_amount(LANGUAGE_NL, &money, text);
    assert_string_equal(text, "−1.234,56");
}

static void test_counts(void **state)
{
    (void)state;
    char text[FORMAT_TEXT_BYTES];
    format_count(LANGUAGE_NL, 7, text);
    assert_string_equal(text, "7");
    format_count(LANGUAGE_NL, 12000, text);
    assert_string_equal(text, "12.000");
    format_count(LANGUAGE_EN, 1234567, text);
    assert_string_equal(text, "1,234,567");
    format_count(LANGUAGE_EN, INT64_MIN, text);
    assert_string_equal(text, "−9,223,372,036,854,775,808");
}

static void assert_rate(enum language language, int64_t rate_basis_points, const char *expected)
{
    char text[FORMAT_TEXT_BYTES];
    format_rate(language, rate_basis_points, text);
    assert_string_equal(text, expected);
}

static void test_rates(void **state)
{
    (void)state;
    assert_rate(LANGUAGE_NL, 2100, "21%");
    assert_rate(LANGUAGE_NL, 0, "0%");
    assert_rate(LANGUAGE_NL, 550, "5,5%");
    assert_rate(LANGUAGE_EN, 550, "5.5%");
    assert_rate(LANGUAGE_EN, 905, "9.05%");
}

static void assert_date(enum language language, int year, int month, int day, const char *expected)
{
    char text[FORMAT_TEXT_BYTES];
    format_date(language, clock_days_from_date(year, month, day), text);
    assert_string_equal(text, expected);
}

static void test_dates(void **state)
{
    (void)state;
    assert_date(LANGUAGE_NL, 2026, 11, 23, "23\u00a0november\u00a02026");
    assert_date(LANGUAGE_EN, 2026, 11, 23, "23\u00a0November\u00a02026");
    assert_date(LANGUAGE_NL, 2028, 2, 29, "29\u00a0februari\u00a02028");
    assert_date(LANGUAGE_EN, 2026, 12, 31, "31\u00a0December\u00a02026");
    assert_date(LANGUAGE_NL, 2027, 1, 1, "1\u00a0januari\u00a02027");
}

static void test_iban(void **state)
{
    (void)state;
    char text[FORMAT_TEXT_BYTES];
    format_iban("NL02ABNA0123456789", text);
    assert_string_equal(text, "NL02\u00a0ABNA\u00a00123\u00a04567\u00a089");
    format_iban("NL02 ABNA 0123 4567 89", text);
    assert_string_equal(text, "NL02\u00a0ABNA\u00a00123\u00a04567\u00a089");
    char endless[400];
    memset(endless, '1', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    format_iban(endless, text);
    assert_in_range(strlen(text), 40, FORMAT_TEXT_BYTES - 1);
}

static void assert_clean(const char *text, const char *expected)
{
    struct arena *arena = arena_new();
    const char *clean = document_clean_text(arena, text);
    if (expected == NULL)
        assert_null(clean);
    else
        assert_string_equal(clean, expected);
    arena_free(arena);
}

static void test_controls_become_spaces(void **state)
{
    (void)state;
    assert_clean("a\tb\r\n\x01\x7f c\xc2\x85"
                 "d\u2028e\u2029f",
                 "a b c d e f");
    assert_clean("  a  b  ", "a b");
    assert_clean(" \n\t ", NULL);
    assert_clean("", NULL);
    assert_clean(NULL, NULL);
}

static void test_bad_utf8_is_replaced(void **state)
{
    (void)state;
    assert_clean("a\xff z", "a\uFFFD z");
    /* An overlong slash, a surrogate, a character cut short. */
    assert_clean("\xc0\xaf", "\uFFFD\uFFFD");
    assert_clean("\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD");
    assert_clean("a\xe2\x82", "a\uFFFD\uFFFD");
    assert_clean("a\uFFFEb\uFDD0c\U0010FFFF", "a\uFFFDb\uFFFDc\uFFFD");
}

static void test_directional_characters_are_left_out(void **state)
{
    (void)state;
    assert_clean("pay \u202e\u2066"
                 "001\u2069\u202c EUR\u200f",
                 "pay 001 EUR");
}

static void test_marks_do_not_pile_up(void **state)
{
    (void)state;
    assert_clean("Ế\u0300\u0301\u0302\u0303\u0304\u0305x\u0301", "Ế\u0300\u0301\u0302x\u0301");
}

static void test_markup_and_scripts_stay(void **state)
{
    (void)state;
    assert_clean("<b>A & B</b> 你好 مرحبا 😀", "<b>A & B</b> 你好 مرحبا 😀");
}

static void test_long_texts_are_cut_at_a_character(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char text[3 * 5000 + 1];
    for (size_t i = 0; i < 5000; i++)
        memcpy(text + 3 * i, "€", 3);
    text[sizeof(text) - 1] = '\0';
    const char *clean = document_clean_text(arena, text);
    const size_t kept = strlen("€") * DOCUMENT_TEXT_CHARACTERS_MAX;
    assert_int_equal(strlen(clean), kept + strlen("…"));
    assert_string_equal(clean + kept, "…");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("an amount is written as the reader's language writes it", test_money),
        RULE("an amount has the decimals of its currency", test_decimals_of_currency),
        RULE("the largest and the smallest amount fit", test_largest_amounts),
        RULE("a column's amount has no currency", test_amount_without_currency),
        RULE("counts are grouped by thousands", test_counts),
        RULE("a rate has no trailing zeros", test_rates),
        RULE("a date names its month", test_dates),
        RULE("an IBAN stands in groups of four, and a long one is cut", test_iban),
        RULE("control characters and line breaks become one space", test_controls_become_spaces),
        RULE("bytes that are not UTF-8, and noncharacters, become U+FFFD", test_bad_utf8_is_replaced),
        RULE("characters that turn the direction are left out", test_directional_characters_are_left_out),
        RULE("a letter carries no more than three combining marks", test_marks_do_not_pile_up),
        RULE("markup characters and every script are left alone", test_markup_and_scripts_stay),
        RULE("a text of 5000 characters is cut between two of them", test_long_texts_are_cut_at_a_character),
    };
    return cmocka_run_group_tests_name("documents: format and text", tests, NULL, NULL);
}
