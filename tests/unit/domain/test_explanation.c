/* What a customer reads of a decision: each reason, in both languages, word by word where it counts. */
#include <string.h>

#include "../rule.h"
#include "akkoord/base/clock.h"
#include "akkoord/domain/decision.h"

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* A payment that came short by 12 euro. */
static struct decision held(enum decision_reason reason)
{
    int64_t at_us, expires_us;
    assert_int_equal(clock_parse_rfc3339("2026-11-23T09:30:00Z", 20, &at_us), STATUS_OK);
    assert_int_equal(clock_parse_rfc3339("2026-12-07T09:30:00Z", 20, &expires_us), STATUS_OK);
    return (struct decision){
        .verdict = {.outcome = DECISION_HELD, .reasons = {reason}, .reasons_count = 1},
        .made_by = DECISION_BY_POLICY,
        .input = {.subject = SUBJECT_APPROVAL,
                  .at_us = at_us,
                  .order_status = ORDER_AWAITING_PAYMENT,
                  .order_total_minor = 12100,
                  .order_currency = "EUR",
                  .order_expires_at_us = expires_us,
                  .order_knows_provider = true,
                  .provider = "stripe",
                  .payment_amount_minor = 10900,
                  .payment_currency = "EUR",
                  .payment_live = true},
    };
}

static void expect(const struct decision *decision, enum language language, const char *words)
{
    const char *told = decision_explain(arena, decision, language);
    if (strstr(told, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", told, words);
}

struct line {
    enum decision_reason reason;
    enum decision_outcome outcome;
    enum decision_subject subject;
    const char *nl[3]; /* what happened, the rule, what would have changed it */
    const char *en[3];
};

static const struct line table[] = {
    {REASON_PAYMENT_APPROVED,
     DECISION_ACCEPTED,
     SUBJECT_APPROVAL,
     {"De betaling is goedgekeurd en klopt met de bestelling.", "De regel: klopt de betaling met de bestelling",
      "Bij een ander bedrag dan 121,00 euro, een andere munt"},
     {"The payment was approved and fits the order.", "The rule: where the payment fits the order",
      "With another amount than EUR 121.00, another currency"}},
    {REASON_PROVIDER_MISMATCH,
     DECISION_HELD,
     SUBJECT_APPROVAL,
     {"een andere betaaldienst dan die bij de bestelling was gekozen",
      "De regel: een betaling komt van een betaaldienst",
      "De bestelling was aangenomen als was betaald met een betaaldienst die"},
     {"another payment service than the one chosen", "The rule: a payment comes from a payment service",
      "The order would have been accepted if it had been paid through a payment service"}},
    {REASON_ORDER_EXPIRED,
     DECISION_HELD,
     SUBJECT_APPROVAL,
     {"nadat de bestelling was verlopen", "De regel: een betaling komt binnen de betaaltermijn",
      "De bestelling was aangenomen als de betaling was gekomen voor 7 december 2026 om 10:30 uur."},
     {"after the order had expired", "The rule: a payment comes within its time",
      "The order would have been accepted if the payment had come before 7 December 2026 at 10:30."}},
    {REASON_ORDER_CANCELLED,
     DECISION_HELD,
     SUBJECT_APPROVAL,
     {"nadat de bestelling was geannuleerd", "De regel: een geannuleerde bestelling gaat niet vanzelf weer door",
      "De bestelling was aangenomen als zij niet eerst was geannuleerd."},
     {"after the order had been cancelled", "The rule: a cancelled order does not go ahead again",
      "The order would have been accepted if it had not been cancelled first."}},
    {REASON_CURRENCY_MISMATCH,
     DECISION_HELD,
     SUBJECT_APPROVAL,
     {"in een andere munt dan de bestelling", "De regel: een betaling is in de munt van de bestelling",
      "De bestelling was aangenomen als 121,00 euro was betaald in plaats van USD 109,00."},
     {"in another currency than the order", "The rule: a payment is in the currency of the order",
      "The order would have been accepted if EUR 121.00 had been paid instead of USD 109.00."}},
    {REASON_AMOUNT_MISMATCH,
     DECISION_HELD,
     SUBJECT_APPROVAL,
     {"niet gelijk aan het bedrag van de bestelling", "De regel: er wordt precies het bedrag van de bestelling betaald",
      "De bestelling was aangenomen als er 12,00 euro meer was betaald."},
     {"not the amount of the order", "The rule: exactly the amount of the order is paid",
      "The order would have been accepted if EUR 12.00 more had been paid."}},
    {REASON_TEST_PAYMENT,
     DECISION_HELD,
     SUBJECT_APPROVAL,
     {"een test en geen echt geld", "De regel: alleen echt geld telt als betaling",
      "De bestelling was aangenomen als er echt geld was betaald."},
     {"a test and not real money", "The rule: only real money counts",
      "The order would have been accepted if real money had been paid."}},
    {REASON_ALREADY_PAID,
     DECISION_REFUSED,
     SUBJECT_APPROVAL,
     {"De bestelling was al betaald", "De regel: een bestelling wordt één keer betaald",
      "De betaling was aangenomen als de bestelling nog niet was betaald."},
     {"The order had been paid already", "The rule: an order is paid once",
      "The payment would have been taken if the order had not been paid before."}},
    {REASON_PAYMENT_REFUNDED,
     DECISION_CANCELLED,
     SUBJECT_REFUND,
     {"volledig terugbetaald", "De regel: een bestelling gaat door zolang haar betaling niet helemaal is terugbetaald",
      "De bestelling was doorgegaan als de betaling niet was terugbetaald."},
     {"refunded in full", "The rule: an order goes ahead as long as its payment has not been refunded in full",
      "The order would have gone ahead if the payment had not been refunded."}},
    {REASON_PAYMENT_CHARGED_BACK,
     DECISION_HELD,
     SUBJECT_CHARGE_BACK,
     {"De bank heeft de betaling teruggehaald", "De regel: haalt de bank een betaling terug",
      "De bestelling was doorgegaan als de bank de betaling niet had teruggehaald."},
     {"The bank has taken the payment back", "The rule: where the bank takes a payment back",
      "The order would have gone ahead if the bank had not taken the payment back."}},
};

static void each_reason_of_the_policy(void **state)
{
    (void)state;
    assert_int_equal(sizeof(table) / sizeof(table[0]) + 2, DECISION_REASON_CODES);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct decision decision = held(table[i].reason);
        decision.verdict.outcome = table[i].outcome;
        decision.input.subject = table[i].subject;
        if (table[i].reason == REASON_CURRENCY_MISMATCH)
            memcpy(decision.input.payment_currency, "USD", sizeof("USD"));
        for (size_t j = 0; j < 3; j++) {
            expect(&decision, LANGUAGE_NL, table[i].nl[j]);
            expect(&decision, LANGUAGE_EN, table[i].en[j]);
        }
        expect(&decision, LANGUAGE_NL, "(versie 1 van onze regels voor bestellingen)");
        expect(&decision, LANGUAGE_EN, "(version 1 of our rules for orders)");
        expect(&decision, LANGUAGE_NL, "medewerker");
        expect(&decision, LANGUAGE_EN, "member of staff");
    }
}

static void what_a_person_decided(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct decision decision = held(i == 0 ? REASON_UPHELD_BY_REVIEW : REASON_OVERTURNED_BY_REVIEW);
        decision.made_by = DECISION_BY_STAFF;
        decision.verdict.outcome = i == 0 ? DECISION_CANCELLED : DECISION_ACCEPTED;
        expect(&decision, LANGUAGE_NL, i == 0 ? "bekeken en laten staan" : "bekeken en herzien");
        expect(&decision, LANGUAGE_EN, i == 0 ? "looked at the decision and let it stand" : "and changed it");
        expect(&decision, LANGUAGE_NL, "Een medewerker heeft dit beslist, geen computer");
        expect(&decision, LANGUAGE_EN, "A member of staff decided this, no computer");
        assert_null(strstr(decision_explain(arena, &decision, LANGUAGE_EN), "A computer decided"));
    }
}

static void which_data_and_where_they_are_from(void **state)
{
    (void)state;
    struct decision decision = held(REASON_AMOUNT_MISMATCH);
    expect(&decision, LANGUAGE_NL,
           "Een computer heeft dit beslist op 23 november 2026 om 10:30 uur, met deze gegevens en geen andere. Uit uw "
           "bestelling: het bedrag was 121,00 euro, betalen kon tot 7 december 2026 om 10:30 uur, en de bestelling "
           "wachtte op betaling. Van de betaaldienst (Stripe, gekozen bij de bestelling): er is 109,00 euro betaald, "
           "met echt geld, en daarvan is niets teruggestuurd.");
    expect(
        &decision, LANGUAGE_EN,
        "From your order: the amount was EUR 121.00, it could be paid until 7 December 2026 at 10:30, and the order "
        "was awaiting payment. From the payment service (Stripe, chosen for the order): EUR 109.00 was paid, with real "
        "money, and nothing of that was sent back.");
    decision.input.order_knows_provider = false;
    expect(&decision, LANGUAGE_EN,
           "A computer decided this on 23 November 2026 at 10:30 (Dutch time), with these data and no others.");
    expect(&decision, LANGUAGE_EN, "(Stripe, not chosen for the order)");
    decision.input.payment_refunded_minor = 900;
    expect(&decision, LANGUAGE_EN, "and of that EUR 9.00 was sent back.");
    decision.input.payment_refunded_in_full = true;
    expect(&decision, LANGUAGE_NL, "en dat is allemaal teruggestuurd.");
    decision.input.payment_charged_back = true;
    expect(&decision, LANGUAGE_EN, "and the bank has taken that back.");
}

static void a_score_is_told_and_said_not_to_count(void **state)
{
    (void)state;
    struct decision decision = held(REASON_AMOUNT_MISMATCH);
    assert_null(strstr(decision_explain(arena, &decision, LANGUAGE_EN), "risk"));
    decision.input.risk = (struct payment_risk){.has_score = true, .score = 32, .level = "normal"};
    expect(&decision, LANGUAGE_EN, "its own view of the risk (32 of 100, normal); it is on record, but did not count.");
    expect(&decision, LANGUAGE_NL, "inschatting van het risico (32 van de 100, normal); die is bewaard");
    decision.input.risk = (struct payment_risk){.level = "elevated"};
    expect(&decision, LANGUAGE_EN, "the risk (elevated)");
    decision.input.risk = (struct payment_risk){.has_score = true};
    expect(&decision, LANGUAGE_EN, "the risk (0 of 100)");
}

/* Somebody who is no lawyer asks: what now, until when, and where is my money? */
static void what_one_can_do_now_is_told_with_a_date(void **state)
{
    (void)state;
    struct decision decision = held(REASON_AMOUNT_MISMATCH);
    /* A month after 23 November 2026, a Wednesday. */
    expect(&decision, LANGUAGE_EN, "You will hear the outcome by 23 December 2026.");
    expect(&decision, LANGUAGE_NL, "U hoort wat het wordt, uiterlijk op 23 december 2026.");
    assert_int_equal(clock_parse_rfc3339("2026-11-24T23:30:00Z", 20, &decision.input.at_us), STATUS_OK);
    /* It was the 25th in Amsterdam; Christmas, its second day and a Sunday follow. */
    expect(&decision, LANGUAGE_EN, "You will hear the outcome by 28 December 2026.");
    decision.verdict.outcome = DECISION_ACCEPTED;
    expect(&decision, LANGUAGE_EN, "Then you can ask a member of staff to look again.");
    expect(&decision, LANGUAGE_NL, "Het kost u niets, en u hoort binnen een maand wat het wordt.");
    decision.made_by = DECISION_BY_STAFF;
    assert_null(strstr(decision_explain(arena, &decision, LANGUAGE_EN), "send it back"));
    decision.verdict.outcome = DECISION_CANCELLED;
    expect(&decision, LANGUAGE_EN, "not got the money back yet? Then we send it back.");
    expect(&decision, LANGUAGE_NL, "het geld nog niet terug? Dan sturen we het terug.");
}

static void a_time_is_that_of_clocks_in_amsterdam(void **state)
{
    (void)state;
    struct decision decision = held(REASON_ORDER_EXPIRED);
    assert_int_equal(clock_parse_rfc3339("2027-02-28T23:05:00Z", 20, &decision.input.order_expires_at_us), STATUS_OK);
    expect(&decision, LANGUAGE_NL, "betalen kon tot 1 maart 2027 om 0:05 uur");
    assert_int_equal(clock_parse_rfc3339("2027-08-31T21:59:00Z", 20, &decision.input.order_expires_at_us), STATUS_OK);
    expect(&decision, LANGUAGE_EN, "until 31 August 2027 at 23:59");
}

static void several_reasons_have_to_fall_away_together(void **state)
{
    (void)state;
    struct decision decision = held(REASON_ORDER_EXPIRED);
    decision.verdict.reasons[1] = REASON_AMOUNT_MISMATCH;
    decision.verdict.reasons[2] = REASON_TEST_PAYMENT;
    decision.verdict.reasons_count = 3;
    expect(
        &decision, LANGUAGE_EN,
        "accepted if the payment had come before 7 December 2026 at 10:30, EUR 12.00 more had been paid and real money "
        "had been paid.");
    expect(&decision, LANGUAGE_NL,
           "aangenomen als de betaling was gekomen voor 7 december 2026 om 10:30 uur, er 12,00 euro meer was betaald "
           "en er "
           "echt geld was betaald.");
}

static void too_much_is_told_as_less(void **state)
{
    (void)state;
    struct decision decision = held(REASON_AMOUNT_MISMATCH);
    decision.input.payment_amount_minor = 13105;
    expect(&decision, LANGUAGE_NL, "als er 10,05 euro minder was betaald.");
    expect(&decision, LANGUAGE_EN, "if EUR 10.05 less had been paid.");
    /* A difference that no number can hold is told without one. */
    decision.input.payment_amount_minor = INT64_MIN;
    expect(&decision, LANGUAGE_EN, "if exactly the order's amount had been paid.");
}

static void the_version_is_the_one_that_decided(void **state)
{
    (void)state;
    struct decision decision = held(REASON_AMOUNT_MISMATCH);
    decision.made_by_version = "7";
    expect(&decision, LANGUAGE_EN, "(version 7 of our rules for orders)");
}

static void paragraphs_are_whole(void **state)
{
    (void)state;
    struct decision decision = held(REASON_AMOUNT_MISMATCH);
    for (int language = 0; language < 2; language++) {
        const char *told = decision_explain(arena, &decision, (enum language)language);
        static const char *const wrong[] = {"  ", "\n ", " \n", "\n\n\n", "( ", " .", ".."};
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
            assert_null(strstr(told, wrong[i]));
        size_t paragraphs = 1;
        for (const char *at = told; (at = strstr(at, "\n\n")) != NULL; at += 2)
            paragraphs++;
        assert_int_equal(paragraphs, 5);
        assert_int_equal(told[strlen(told) - 1], '.');
    }
}

static void a_version_that_is_not_known_is_found_nowhere(void **state)
{
    (void)state;
    const struct policy_revision *present = policy_find(policy_name, policy_version);
    assert_non_null(present);
    assert_string_equal(present->hash, policy_hash);
    struct decision decision = held(REASON_AMOUNT_MISMATCH);
    assert_int_equal(present->decide(&decision.input).reasons[0], REASON_AMOUNT_MISMATCH);
    assert_null(policy_find(policy_name, "0"));
    assert_null(policy_find("another", policy_version));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("each reason of the policy: what happened, the rule, what would have changed it",
             each_reason_of_the_policy),
        RULE("what a person decided is told as that", what_a_person_decided),
        RULE("which data were used, and where they are from", which_data_and_where_they_are_from),
        RULE("a provider's risk score is told, and that it did not count", a_score_is_told_and_said_not_to_count),
        RULE("what one can do now is told, with a date, and what becomes of the money",
             what_one_can_do_now_is_told_with_a_date),
        RULE("a time is that of clocks in Amsterdam", a_time_is_that_of_clocks_in_amsterdam),
        RULE("several reasons have to fall away together", several_reasons_have_to_fall_away_together),
        RULE("too much is told as less, and what no number holds without one", too_much_is_told_as_less),
        RULE("the version told is the one that decided", the_version_is_the_one_that_decided),
        RULE("paragraphs are whole sentences with an empty line between", paragraphs_are_whole),
        RULE("a version of the policy that is not known is found nowhere",
             a_version_that_is_not_known_is_found_nowhere),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
