/* The inputs of decisions: what is written is read back exactly, and nothing else is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/crypto.h"
#include "akkoord/store/decision_codec.h"

#define ROUNDS 2000

/* 0000-01-01 and the end of 9999, in microseconds. */
#define TIME_US_MIN INT64_C(-62167219200000000)
#define TIME_US_MAX INT64_C(253402300799999999)

static uint64_t random_bits(void)
{
    uint64_t bits;
    crypto_random(&bits, sizeof(bits));
    return bits;
}

static int64_t random_time_us(void)
{
    uint64_t span = (uint64_t)(TIME_US_MAX - TIME_US_MIN);
    int64_t time_us = TIME_US_MIN + (int64_t)(random_bits() % span);
    return random_bits() % 2 != 0 ? time_us / 1000000 * 1000000 : time_us;
}

/* Amounts near the ends of what fits, and ordinary ones. */
static int64_t random_amount(void)
{
    switch (random_bits() % 4) {
    case 0:
        return 0;
    case 1:
        return INT64_MAX - (int64_t)(random_bits() % 3);
    case 2:
        return (int64_t)(random_bits() >> 1);
    default:
        return (int64_t)(random_bits() % 1000000);
    }
}

static void random_currency(char currency[CURRENCY_BYTES])
{
    for (int i = 0; i < CURRENCY_BYTES - 1; i++)
        currency[i] = (char)('A' + random_bits() % 26);
    currency[CURRENCY_BYTES - 1] = '\0';
}

/* Zeroed first, so that two of them may be compared byte by byte. */
static void random_input(struct policy_input *input)
{
    static const char *const providers[] = {"standard", "sandbox", "stripe", "mollie", "fifteen_letters"};
    memset(input, 0, sizeof(*input));
    input->subject = (enum decision_subject)(random_bits() % 3);
    input->installation_live = random_bits() % 2 != 0;
    input->at_us = random_time_us();
    input->order_status = (enum order_status)(random_bits() % ORDER_STATUSES);
    input->order_total_minor = random_amount();
    random_currency(input->order_currency);
    input->order_expires_at_us = random_time_us();
    input->order_knows_provider = random_bits() % 2 != 0;
    snprintf(input->provider, sizeof(input->provider), "%s", providers[random_bits() % 5]);
    input->payment_amount_minor = random_amount();
    random_currency(input->payment_currency);
    input->payment_live = random_bits() % 2 != 0;
    input->payment_refunded_minor = random_amount();
    input->payment_refunded_in_full = random_bits() % 2 != 0;
    input->payment_charged_back = random_bits() % 2 != 0;
    static const char *const levels[] = {"", "normal", "elevated", "not_assessed"};
    input->risk.has_score = random_bits() % 2 != 0;
    input->risk.score = input->risk.has_score ? (int64_t)(random_bits() % (RISK_SCORE_MAX + 1)) : 0;
    snprintf(input->risk.level, sizeof(input->risk.level), "%s", levels[random_bits() % 4]);
}

static enum status read_back(struct arena *arena, const char *text, struct decision *decision, struct error *error)
{
    json_t *json;
    assert_int_equal(json_parse_object(arena, text, strlen(text), &json, error), STATUS_OK);
    return decision_input_from_json(json, decision, error);
}

static void any_policy_input_is_read_back_exactly(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct arena *arena = arena_new();
        struct decision written = {.made_by = DECISION_BY_POLICY};
        struct decision read = {.made_by = DECISION_BY_POLICY};
        struct error error;
        random_input(&written.input);
        /* What stood there before must not shine through. */
        memset(&read.input, 0xff, sizeof(read.input));
        assert_int_equal(read_back(arena, decision_input_to_text(arena, &written), &read, &error), STATUS_OK);
        assert_memory_equal(&read.input, &written.input, sizeof(read.input));
        arena_free(arena);
    }
}

static void what_was_read_back_gets_the_same_verdict(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct arena *arena = arena_new();
        struct decision written = {.made_by = DECISION_BY_POLICY};
        struct decision read = {.made_by = DECISION_BY_POLICY};
        struct error error;
        random_input(&written.input);
        written.input.subject = SUBJECT_APPROVAL;
        assert_int_equal(read_back(arena, decision_input_to_text(arena, &written), &read, &error), STATUS_OK);
        struct verdict before = policy_decide(&written.input), after = policy_decide(&read.input);
        assert_int_equal(before.outcome, after.outcome);
        assert_int_equal(before.reasons_count, after.reasons_count);
        for (size_t j = 0; j < before.reasons_count; j++)
            assert_int_equal(before.reasons[j], after.reasons[j]);
        arena_free(arena);
    }
}

static void a_decision_by_staff_names_what_they_looked_at(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct decision written = {.made_by = DECISION_BY_STAFF, .reviewed_id = uuid_new()};
    struct decision read = {.made_by = DECISION_BY_STAFF};
    struct error error;
    const char *text = decision_input_to_text(arena, &written);
    assert_int_equal(read_back(arena, text, &read, &error), STATUS_OK);
    assert_true(uuid_equal(&read.reviewed_id, &written.reviewed_id));
    assert_non_null(strstr(text, "\"subject\":\"review\""));
    arena_free(arena);
}

/* A decision like most, as it stands in the database and in the API. */
static const char ordinary[] =
    "{\"subject\":\"approval\",\"at\":\"2026-11-23T09:30:00Z\",\"installation_mode\":\"test\","
    "\"order\":{\"status\":\"awaiting_payment\",\"total\":{\"amount\":12100,\"currency\":\"EUR\"},"
    "\"expires_at\":\"2026-12-07T09:30:00Z\",\"provider_known\":true},"
    "\"payment\":{\"provider\":\"stripe\",\"amount\":{\"amount\":12100,\"currency\":\"EUR\"},\"live\":false,"
    "\"refunded\":{\"amount\":0,\"currency\":\"EUR\"},\"refunded_in_full\":false,\"charged_back\":false},"
    "\"sources\":{\"subject\":\"provider_message\",\"at\":\"server_clock\","
    "\"installation_mode\":\"installation_record\",\"order\":\"order_record\",\"payment\":\"provider_message\"}}";

static void the_shape_is_the_documented_one(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct decision decision = {.made_by = DECISION_BY_POLICY};
    struct error error;
    assert_int_equal(read_back(arena, ordinary, &decision, &error), STATUS_OK);
    size_t length;
    assert_string_equal(json_write(arena, decision_input_to_json(arena, &decision), &length), ordinary);
    arena_free(arena);
}

static void a_risk_score_stands_with_the_payment_and_names_its_source(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct decision decision = {.made_by = DECISION_BY_POLICY};
    decision.input.risk = (struct payment_risk){.has_score = true, .level = "normal"};
    const char *text = decision_input_to_text(arena, &decision);
    assert_non_null(strstr(text, "\"risk\":{\"level\":\"normal\",\"score\":0}"));
    assert_non_null(strstr(text, "\"payment.risk\":\"provider_assessment\""));
    assert_null(strstr(ordinary, "risk"));
    arena_free(arena);
}

static void every_fact_has_a_source(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct decision decisions[] = {{.made_by = DECISION_BY_POLICY}, {.made_by = DECISION_BY_STAFF}};
    for (size_t i = 0; i < 2; i++) {
        const json_t *inputs = decision_input_to_json(arena, &decisions[i]);
        const json_t *sources = json_object_get(inputs, "sources");
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)(uintptr_t)inputs, key, value)
        {
            bool is_fact = strcmp(key, "sources") != 0 && !(i == 1 && strcmp(key, "subject") == 0);
            assert_true(!is_fact || json_is_string(json_object_get(sources, key)));
        }
    }
    arena_free(arena);
}

/* The ordinary inputs with the first `from` made `to`. */
static const char *altered(struct arena *arena, const char *from, const char *to)
{
    const char *at = strstr(ordinary, from);
    assert_non_null(at);
    return arena_format(arena, "%.*s%s%s", (int)(at - ordinary), ordinary, to, at + strlen(from));
}

static void inputs_that_miss_a_fact_or_hold_a_strange_one_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"\"approval\"", "\"approvals\""},
        {"\"approval\"", "1"},
        {"\"subject\"", "\"subjects\""},
        {"2026-11-23T09:30:00Z", "2026-11-23"},
        {"\"test\"", "\"TEST\""},
        {"\"awaiting_payment\"", "\"paid\""},
        {"\"order\"", "\"orders\""},
        {"12100", "12100.0"},
        {"12100", "9223372036854775808"},
        {"\"EUR\"", "\"EURO\""},
        {"true", "1"},
        {"\"stripe\"", "\"a_provider_too_long\""},
        {"\"live\"", "\"alive\""},
        {"\"refunded\"", "\"returned\""},
        {"\"refunded_in_full\"", "\"in_full\""},
        {"\"charged_back\"", "\"back\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena *arena = arena_new();
        struct decision decision = {.made_by = DECISION_BY_POLICY};
        struct error error;
        json_t *json;
        const char *text = altered(arena, cases[i].from, cases[i].to);
        enum status status = json_parse_object(arena, text, strlen(text), &json, &error);
        if (status == STATUS_OK)
            status = decision_input_from_json(json, &decision, &error);
        assert_int_equal(status, STATUS_INVALID);
        arena_free(arena);
    }
}

static void facts_that_a_newer_program_adds_are_passed_over(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct decision decision = {.made_by = DECISION_BY_POLICY};
    struct error error;
    const char *text = altered(arena, "\"live\":false", "\"live\":false,\"method\":\"card\"");
    assert_int_equal(read_back(arena, text, &decision, &error), STATUS_OK);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_policy_input_is_read_back_exactly),
        cmocka_unit_test(what_was_read_back_gets_the_same_verdict),
        cmocka_unit_test(a_decision_by_staff_names_what_they_looked_at),
        cmocka_unit_test(the_shape_is_the_documented_one),
        cmocka_unit_test(a_risk_score_stands_with_the_payment_and_names_its_source),
        cmocka_unit_test(every_fact_has_a_source),
        cmocka_unit_test(inputs_that_miss_a_fact_or_hold_a_strange_one_are_refused),
        cmocka_unit_test(facts_that_a_newer_program_adds_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
