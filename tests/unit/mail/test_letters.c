/* What the letters say: both forms the same, both languages, nothing that a person typed read as HTML. */
#include "akkoord/base/clock.h"
#include "akkoord/mail/letters.h"
#include "rule.h"

#define NOON_US INT64_C(1795777200000000) /* 2026-11-27 11:00 UTC, noon in Amsterdam */

static const struct seller seller = {
    .name = "Studio Voorbeeld",
    .address = {"Voorbeeldstraat 1", "1000 AA", "Amsterdam", "NL"},
    .kvk_number = "12345678",
    .vat_number = "NL123456789B01",
    .iban = "NL02ABNA0123456789",
    .email = "studio@example.com",
};

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct mail_letter write_decision(enum language language, enum decision_outcome outcome,
                                         enum decision_reason reason, const char *name, const char *document)
{
    static const struct order_line lines[] = {{.name = "Logo <b>& huisstijl</b>", .quantity = 3, .net_minor = 300000}};
    const struct totals totals = {.net_minor = 300000, .vat_minor = 63000, .total_minor = 363000};
    const struct letter_order order = {
        .number = "A0000001", .lines = lines, .lines_count = 1, .totals = &totals, .currency = "EUR"};
    const struct letter_parties parties = {.language = language, .name = name, .seller = &seller};
    struct decision decision = {.verdict = {.outcome = outcome, .reasons = {reason}, .reasons_count = 1},
                                .input = {.order_total_minor = 363000,
                                          .order_currency = "EUR",
                                          .payment_amount_minor = 363000,
                                          .payment_currency = "EUR",
                                          .payment_live = true}};
    struct mail_letter letter;
    letter_write_decision(arena, &parties, &order, &decision, document,
                          "https://example.com/decisions/1/review?a=1&b=2", &letter);
    return letter;
}

static void both_forms_hold(const struct mail_letter *letter, const char *words)
{
    if (strstr(letter->text, words) == NULL || strstr(letter->html, words) == NULL)
        fail_msg("not in both forms: %s\n%s\n%s", words, letter->text, letter->html);
}

static void text_and_html_say_the_same(void **state)
{
    (void)state;
    struct mail_letter letter =
        write_decision(LANGUAGE_EN, DECISION_ACCEPTED, REASON_PAYMENT_APPROVED, "Sanne", "2026-000001");
    assert_string_equal(letter.subject, "Confirmation of your order A0000001");
    const char *const all[] = {"Dear Sanne,",    "A0000001",
                               "€3,000.00",      "€630.00",
                               "€3,630.00",      "Invoice 2026-000001 is attached.",
                               "3 × Logo",       "Studio Voorbeeld",
                               "NL123456789B01", "studio@example.com",
                               "12345678"};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        both_forms_hold(&letter, all[i]);
    assert_non_null(strstr(letter.text, "https://example.com/decisions/1/review?a=1&b=2\n"));
    assert_non_null(strstr(letter.html, "href=\"https://example.com/decisions/1/review?a=1&amp;b=2\""));
}

static void each_language_is_written_throughout(void **state)
{
    (void)state;
    static const enum decision_reason reasons[DECISION_OUTCOMES] = {
        [DECISION_ACCEPTED] = REASON_PAYMENT_APPROVED,
        [DECISION_HELD] = REASON_AMOUNT_MISMATCH,
        [DECISION_REFUSED] = REASON_ALREADY_PAID,
        [DECISION_CANCELLED] = REASON_PAYMENT_REFUNDED,
    };
    for (int outcome = 0; outcome < DECISION_OUTCOMES; outcome++) {
        struct mail_letter nl =
            write_decision(LANGUAGE_NL, (enum decision_outcome)outcome, reasons[outcome], "S", NULL);
        struct mail_letter en =
            write_decision(LANGUAGE_EN, (enum decision_outcome)outcome, reasons[outcome], "S", NULL);
        assert_non_null(strstr(nl.html, "<html lang=\"nl\">"));
        assert_non_null(strstr(en.html, "<html lang=\"en\">"));
        both_forms_hold(&nl, "Met vriendelijke groet,");
        both_forms_hold(&en, "Kind regards,");
        assert_null(strstr(nl.text, " your "));
        assert_null(strstr(en.text, " uw "));
        assert_null(strstr(nl.text, "{}"));
        assert_null(strstr(en.text, "{}"));
    }
}

static void what_a_person_typed_is_never_html(void **state)
{
    (void)state;
    struct mail_letter letter =
        write_decision(LANGUAGE_NL, DECISION_ACCEPTED, REASON_PAYMENT_APPROVED, "<script>\"x\"</script>", NULL);
    assert_null(strstr(letter.html, "<script>"));
    assert_null(strstr(letter.html, "<b>"));
    assert_non_null(strstr(letter.html, "&lt;script&gt;&quot;x&quot;&lt;/script&gt;"));
    assert_non_null(strstr(letter.html, "Logo &lt;b&gt;&amp; huisstijl&lt;/b&gt;"));
    assert_non_null(strstr(letter.text, "Beste <script>\"x\"</script>,"));
}

static void nothing_is_fetched_and_nobody_is_followed(void **state)
{
    (void)state;
    struct mail_letter letter =
        write_decision(LANGUAGE_NL, DECISION_HELD, REASON_AMOUNT_MISMATCH, "Sanne", "2026-000001");
    const char *const forbidden[] = {"<img", "src=", "url(", "<link", "@import", "<script", "<iframe", "http-equiv"};
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        assert_null(strstr(letter.html, forbidden[i]));
    const char *first = strstr(letter.html, "https://");
    assert_non_null(first);
    assert_null(strstr(first + 1, "https://"));
}

static void a_code_stands_alone_with_its_time(void **state)
{
    (void)state;
    const struct letter_parties parties = {.language = LANGUAGE_NL, .name = "Sanne", .seller = &seller};
    struct mail_letter letter;
    letter_write_code(arena, &parties, LETTER_PASSWORD_RESET, "01234567", NOON_US, &letter);
    both_forms_hold(&letter, "01234567");
    both_forms_hold(&letter, "tot 12:00 uur");
    assert_null(strstr(letter.subject, "01234567"));
}

static void a_reviewers_words_keep_their_lines(void **state)
{
    (void)state;
    const struct letter_parties parties = {.language = LANGUAGE_EN, .name = "Sanne", .seller = &seller};
    struct mail_letter letter;
    letter_write_review(arena, &parties, "A0000001", REVIEW_OVERTURNED, "First.\n\nSecond <b>.", true, &letter);
    assert_non_null(strstr(letter.text, "> First.\n> \n> Second <b>.\n"));
    assert_non_null(strstr(letter.html, "First.<br>\n<br>\nSecond &lt;b&gt;."));
    both_forms_hold(&letter, "reversed");
    letter_write_review(arena, &parties, "A0000001", REVIEW_UPHELD, NULL, false, &letter);
    both_forms_hold(&letter, "stands");
}

static struct mail_letter write_credit_note(enum language language, const char *reason, int64_t sent_back_minor)
{
    static const struct order_line lines[] = {{.name = "Logo <b>& huisstijl</b>", .quantity = 2, .net_minor = 20000}};
    const struct totals totals = {.net_minor = 20000, .vat_minor = 4200, .total_minor = 24200};
    const struct letter_order order = {
        .number = "A0000001", .lines = lines, .lines_count = 1, .totals = &totals, .currency = "EUR"};
    const struct letter_parties parties = {.language = language, .name = "Sanne", .seller = &seller};
    const struct letter_credit credit = {.number = "CN2026-000007",
                                         .credited_number = "2026-000042",
                                         .reason = reason,
                                         .sent_back_minor = sent_back_minor};
    struct mail_letter letter;
    letter_write_credit_note(arena, &parties, &order, &credit, &letter);
    return letter;
}

static void a_credit_note_tells_its_amounts_and_its_reason(void **state)
{
    (void)state;
    struct mail_letter letter = write_credit_note(LANGUAGE_EN, "Two <b> fewer", 10000);
    assert_string_equal(letter.subject, "Credit note for your order A0000001");
    const char *const all[] = {"Dear Sanne,", "2026-000042", "Credit note CN2026-000007 is attached.",
                               "2 × Logo",    "€200.00",     "€42.00",
                               "€242.00",     "€100.00",     "Refunded to you"};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        both_forms_hold(&letter, all[i]);
    assert_non_null(strstr(letter.text, "> Two <b> fewer\n"));
    assert_non_null(strstr(letter.html, "Two &lt;b&gt; fewer"));
    assert_null(strstr(letter.html, "<b>"));
    struct mail_letter set_off = write_credit_note(LANGUAGE_NL, NULL, 0);
    assert_string_equal(set_off.subject, "Creditfactuur bij uw bestelling A0000001");
    both_forms_hold(&set_off, "verrekend");
    assert_null(strstr(set_off.text, "U ontvangt terug"));
    assert_null(strstr(set_off.text, "De reden"));
    assert_null(strstr(set_off.text, "{}"));
    assert_null(strstr(set_off.text, " your "));
}

static void an_answer_says_what_was_asked(void **state)
{
    (void)state;
    struct letter_parties parties = {.name = "Sanne", .seller = &seller};
    struct mail_letter letter;
    const char *last = "";
    for (int i = 0; i < PRIVACY_REQUEST_KINDS * 2; i++) {
        const struct letter_request request = {
            .kind = (enum privacy_request_kind)(i / 2), .received_at_us = NOON_US, .words = "Done <i>."};
        parties.language = i % 2 == 0 ? LANGUAGE_NL : LANGUAGE_EN;
        letter_write_request_answer(arena, &parties, &request, &letter);
        both_forms_hold(&letter, i % 2 == 0 ? "vroeg u ons om" : "you asked us to");
        assert_non_null(strstr(letter.text, "> Done <i>.\n"));
        assert_non_null(strstr(letter.html, "Done &lt;i&gt;."));
        assert_string_not_equal(letter.text, last);
        last = letter.text;
        const struct letter_request silent = {.kind = request.kind, .received_at_us = NOON_US};
        letter_write_request_extension(arena, &parties, &silent, &letter);
        assert_null(strstr(letter.text, "\n> "));
    }
}

static void what_a_review_came_to_says_what_can_be_done_now(void **state)
{
    (void)state;
    struct letter_parties parties = {.language = LANGUAGE_EN, .name = "Sanne", .seller = &seller};
    struct mail_letter letter;
    letter_write_review(arena, &parties, "A0000001", REVIEW_UPHELD, "Because.", true, &letter);
    both_forms_hold(&letter, "another member");
    both_forms_hold(&letter, "https://autoriteitpersoonsgegevens.nl");
    letter_write_review(arena, &parties, "A0000001", REVIEW_UPHELD, "Because.", false, &letter);
    assert_null(strstr(letter.text, "another member"));
    assert_null(strstr(letter.html, "another member"));
    both_forms_hold(&letter, "third");
    parties.language = LANGUAGE_NL;
    letter_write_review(arena, &parties, "A0000001", REVIEW_UPHELD, "Omdat.", true, &letter);
    both_forms_hold(&letter, "andere");
    both_forms_hold(&letter, "klacht");
}

static void lines_of_text_are_short(void **state)
{
    (void)state;
    struct mail_letter letter =
        write_decision(LANGUAGE_NL, DECISION_HELD, REASON_AMOUNT_MISMATCH, "Sanne", "2026-000001");
    for (const char *line = letter.text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strcspn(line, "\n") > 90) /* bytes: 72 characters, of which few take two */
            fail_msg("too long: %s", line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("text and HTML say the same", text_and_html_say_the_same),
        RULE("each language is written throughout", each_language_is_written_throughout),
        RULE("what a person typed is never HTML", what_a_person_typed_is_never_html),
        RULE("nothing is fetched, and no link but the one that is meant", nothing_is_fetched_and_nobody_is_followed),
        RULE("a code stands alone, with the time until when it works", a_code_stands_alone_with_its_time),
        RULE("a reviewer's words keep their lines", a_reviewers_words_keep_their_lines),
        RULE("a credit note tells its amounts and its reason", a_credit_note_tells_its_amounts_and_its_reason),
        RULE("an answer says what was asked, for each kind of request, and escapes what staff wrote",
             an_answer_says_what_was_asked),
        RULE("what a review came to says what can be done now", what_a_review_came_to_says_what_can_be_done_now),
        RULE("lines of text are short", lines_of_text_are_short),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
