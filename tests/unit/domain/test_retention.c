/* The catalogue and its terms. Dates are reckoned here by counting days, not by the program's own calendar. */
#include "rule.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/domain/privacy.h"

#define HOUR_US (INT64_C(3600) * CLOCK_US_PER_SECOND)
#define DAY_US  (24 * HOUR_US)

static int64_t moment(const char *text)
{
    int64_t time_us = 0;
    assert_int_equal(clock_parse_rfc3339(text, strlen(text), &time_us), STATUS_OK);
    return time_us;
}

static void assert_ends(enum retention_category category, bool is_oss, const char *start, const char *end)
{
    int64_t end_us = retention_end_us(category, is_oss, moment(start));
    char text[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(end_us, text);
    assert_string_equal(text, end);
    assert_true(moment(start) < retention_cutoff_us(category, is_oss, end_us));
    assert_false(moment(start) < retention_cutoff_us(category, is_oss, end_us - 1));
}

static void seven_years_run_from_the_end_of_the_book_year_in_amsterdam(void **state)
{
    (void)state;
    assert_ends(RETENTION_INVOICE, false, "2026-01-01T12:00:00Z", "2033-12-31T23:00:00Z");
    assert_ends(RETENTION_INVOICE, false, "2026-12-31T22:59:59Z", "2033-12-31T23:00:00Z");
    assert_ends(RETENTION_INVOICE, false, "2026-12-31T23:00:00Z", "2034-12-31T23:00:00Z");
}

static void under_the_oss_it_is_ten(void **state)
{
    (void)state;
    assert_ends(RETENTION_INVOICE, true, "2026-06-01T12:00:00Z", "2036-12-31T23:00:00Z");
    assert_ends(RETENTION_EVENT, true, "2026-06-01T12:00:00Z", "2027-06-01T22:00:00Z");
}

static void a_year_from_a_leap_day_ends_with_february(void **state)
{
    (void)state;
    assert_ends(RETENTION_EVENT, false, "2028-02-29T12:00:00Z", "2029-02-28T23:00:00Z");
    assert_ends(RETENTION_EVENT, false, "2027-02-28T12:00:00Z", "2028-02-28T23:00:00Z");
    assert_ends(RETENTION_EVENT_KEY, false, "2027-01-31T12:00:00Z", "2028-02-29T23:00:00Z");
}

static void days_are_those_of_amsterdam_over_summer_time(void **state)
{
    (void)state;
    assert_ends(RETENTION_UNPAID_ORDER, false, "2027-03-01T22:59:59Z", "2027-03-31T22:00:00Z");
    assert_ends(RETENTION_UNPAID_ORDER, false, "2027-03-01T23:00:00Z", "2027-04-01T22:00:00Z");
}

static void hours_are_exact(void **state)
{
    (void)state;
    assert_ends(RETENTION_IDEMPOTENCY, false, "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z");
    assert_ends(RETENTION_SESSION, false, "2027-03-27T12:00:00.5Z", "2027-03-27T12:00:00.500000Z");
}

/* Any start and any now: before the cut-off exactly when the term is over. */
static void what_is_before_the_cutoff_is_what_has_reached_its_term(void **state)
{
    (void)state;
    srand(20261127);
    int64_t from_us = moment("2024-01-01T00:00:00Z");
    for (int i = 0; i < 200000; i++) {
        enum retention_category category = (enum retention_category)(rand() % RETENTION_CATEGORIES);
        if (!retention_has_term(category))
            continue;
        bool is_oss = rand() % 2 == 0;
        int64_t start_us = from_us + (int64_t)(rand() % (4 * 365 * 24 * 60)) * 60 * CLOCK_US_PER_SECOND;
        int64_t end_us = retention_end_us(category, is_oss, start_us);
        /* Around the end, where it matters, and anywhere. */
        int64_t now_us = rand() % 2 == 0 ? end_us + (rand() % 100 - 50) * HOUR_US : start_us + rand() % 4000 * DAY_US;
        assert_true((start_us < retention_cutoff_us(category, is_oss, now_us)) == (end_us <= now_us));
        assert_true(end_us >= start_us);
    }
}

static void what_stands_with_an_order_ends_with_it(void **state)
{
    (void)state;
    static const enum retention_category parts[] = {RETENTION_INVOICE, RETENTION_PAYMENT, RETENTION_DECISION,
                                                    RETENTION_REVIEW,  RETENTION_HISTORY, RETENTION_VAT_CHECK};
    const struct retention_term *order = &retention_rule_of(RETENTION_ORDER)->term;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        assert_memory_equal(&retention_rule_of(parts[i])->term, order, sizeof(*order));
}

static void every_category_says_everything_in_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        const struct retention_rule *rule = retention_rule_of((enum retention_category)i);
        assert_true(rule->name[0] != '\0');
        for (int language = LANGUAGE_NL; language <= LANGUAGE_EN; language++) {
            assert_true(rule->title[language][0] != '\0' && rule->data[language][0] != '\0');
            assert_true(rule->purpose[language][0] != '\0' && rule->recipients[language][0] != '\0');
            assert_true(rule->at_erasure == RETENTION_NOT_THEIRS || rule->erasure_basis[language][0] != '\0');
        }
        /* A term of law has the law's name. */
        assert_true(rule->bases != RETENTION_DUTY || rule->statute[LANGUAGE_NL][0] != '\0');
        assert_true(rule->persons == RETENTION_NOBODY || rule->bases != 0);
        for (int other = 0; other < i; other++)
            assert_string_not_equal(rule->name, retention_rule_of((enum retention_category)other)->name);
    }
}

static void whoever_gets_something_only_where_vies_is_asked_is_named_only_there(void **state)
{
    (void)state;
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        enum retention_category category = (enum retention_category)i;
        const struct retention_rule *rule = retention_rule_of(category);
        for (enum language language = LANGUAGE_NL; language <= LANGUAGE_EN; language++) {
            const char *with = retention_recipients(category, true, language);
            const char *without = retention_recipients(category, false, language);
            assert_string_equal(without, rule->recipients[language]);
            assert_null(strstr(without, "VIES"));
            assert_int_equal(strstr(with, "VIES") != NULL, category == RETENTION_VAT_CHECK);
            assert_true(category == RETENTION_VAT_CHECK || strcmp(with, without) == 0);
        }
    }
}

static void the_key_of_an_event_outlives_the_event(void **state)
{
    (void)state;
    int64_t start_us = moment("2026-01-01T00:00:00Z");
    for (int day = 0; day < 1500; day++) {
        int64_t at_us = start_us + day * DAY_US;
        assert_true(retention_end_us(RETENTION_EVENT_KEY, false, at_us) >
                    retention_end_us(RETENTION_EVENT, false, at_us));
    }
}

static void an_erasure_says_what_becomes_of_each_category_and_until_when(void **state)
{
    (void)state;
    int64_t erased_us = moment("2027-05-10T10:00:00Z");
    struct retention_erasure profile = retention_at_erasure(RETENTION_PROFILE, LANGUAGE_EN, false, 0, erased_us);
    assert_string_equal(profile.effect_name, "shredded_until");
    assert_true(profile.until_us == moment("2027-07-09T22:00:00Z"));
    struct retention_erasure index = retention_at_erasure(RETENTION_EMAIL_INDEX, LANGUAGE_EN, false, 0, erased_us);
    assert_string_equal(index.effect_name, "erased_now");
    assert_true(index.until_us == 0);
    struct retention_erasure invoice =
        retention_at_erasure(RETENTION_INVOICE, LANGUAGE_NL, false, moment("2026-07-01T00:00:00Z"), erased_us);
    assert_string_equal(invoice.effect_name, "retained_until");
    assert_true(invoice.until_us == moment("2033-12-31T23:00:00Z"));
    assert_non_null(strstr(invoice.basis, "AWR art. 52 lid 4"));
}

static void a_term_is_told_in_words(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(retention_term_words(arena, RETENTION_UNPAID_ORDER, LANGUAGE_NL),
                        "30 dagen nadat de bestelling is verlopen of geannuleerd");
    assert_string_equal(retention_term_words(arena, RETENTION_EVENT, LANGUAGE_EN), "1 year from receipt");
    assert_string_equal(retention_term_words(arena, RETENTION_PROFILE, LANGUAGE_EN), "until you end your account");
    assert_non_null(strstr(retention_term_words(arena, RETENTION_INVOICE, LANGUAGE_EN), "(10 years where"));
    arena_free(arena);
}

/* What a text says of the law, in the words that its reader can look up. */
static void assert_cites(const char *text, enum language language)
{
    const char *dutch = strstr(text, "Wet op de omzetbelasting");
    assert_null(strstr(text, "Wet OB"));
    assert_null(strstr(text, "34a")); /* of the VAT act: it is about immovable property */
    if (dutch != NULL && language == LANGUAGE_EN)
        assert_non_null(strstr(text, "Dutch VAT Act 1968 (Wet op de omzetbelasting 1968)"));
}

static void the_law_is_cited_so_that_a_reader_finds_it(void **state)
{
    (void)state;
    size_t count;
    const struct privacy_field *fields = privacy_order_fields(&count);
    for (enum language language = LANGUAGE_NL; language <= LANGUAGE_EN; language++) {
        for (int i = 0; i < RETENTION_CATEGORIES; i++) {
            const struct retention_rule *rule = retention_rule_of((enum retention_category)i);
            const char *erasure = rule->erasure_basis[language];
            assert_cites(rule->statute[language], language);
            assert_cites(erasure, language);
            /* Ten years have a law of their own; that of seven does not carry them. */
            if (rule->term.oss_amount != 0 && strstr(erasure, "AWR") != NULL)
                assert_non_null(strstr(erasure, "2006/112/E"));
            if (rule->term.oss_amount != 0 && strstr(erasure, "AWR") != NULL)
                assert_non_null(strstr(erasure, "art. 369k"));
        }
        for (size_t i = 0; i < count; i++)
            assert_cites(fields[i].why[language], language);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("seven years run from the end of the book year in Amsterdam",
             seven_years_run_from_the_end_of_the_book_year_in_amsterdam),
        RULE("under the OSS it is ten, where the book year counts", under_the_oss_it_is_ten),
        RULE("a year from a leap day ends with February", a_year_from_a_leap_day_ends_with_february),
        RULE("days are those of Amsterdam, over summer time too", days_are_those_of_amsterdam_over_summer_time),
        RULE("hours are exact", hours_are_exact),
        RULE("what is before the cut-off is what has reached its term",
             what_is_before_the_cutoff_is_what_has_reached_its_term),
        RULE("what stands with an order ends with it", what_stands_with_an_order_ends_with_it),
        RULE("every category says everything in both languages", every_category_says_everything_in_both_languages),
        RULE("whoever gets something only where VIES is asked is named only there",
             whoever_gets_something_only_where_vies_is_asked_is_named_only_there),
        RULE("the key of an event outlives the event", the_key_of_an_event_outlives_the_event),
        RULE("an erasure says what becomes of each category, and until when",
             an_erasure_says_what_becomes_of_each_category_and_until_when),
        RULE("a term is told in words", a_term_is_told_in_words),
        RULE("the law is cited so that a reader finds it", the_law_is_cited_so_that_a_reader_finds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
