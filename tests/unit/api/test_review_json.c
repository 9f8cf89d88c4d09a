/* Decisions and reviews as the API shows them: the contract's fields, in every state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "akkoord/api/decisions.h"
#include "akkoord/api/reviews.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/decision_codec.h"

static int begin(void **state)
{
    *state = arena_new();
    return 0;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

static int64_t moment(const char *text)
{
    int64_t time_us;
    assert_int_equal(clock_parse_rfc3339(text, strlen(text), &time_us), STATUS_OK);
    return time_us;
}

static void assert_text(const json_t *object, const char *key, const char *expected)
{
    const json_t *value = json_object_get(object, key);
    assert_non_null(value);
    if (expected == NULL)
        assert_true(json_is_null(value));
    else
        assert_string_equal(json_string_value(value), expected);
}

static struct review open_review(struct arena *arena)
{
    struct review review = {
        .id = uuid_new(),
        .decision_id = uuid_new(),
        .order_id = uuid_new(),
        .state = REVIEW_ASSIGNED,
        .requested_by = REVIEW_BY_CUSTOMER,
        .statements_count = 2,
        .requested_at_us = moment("2026-11-23T09:30:00Z"),
        .due_at_us = moment("2026-12-23T22:59:59Z"),
    };
    review.statements = ARENA_ARRAY(arena, struct review_statement, 2);
    review.statements[0] = (struct review_statement){REVIEW_BY_CUSTOMER, "I paid in full", review.requested_at_us};
    review.statements[1] = (struct review_statement){REVIEW_BY_STAFF, "So it seems", review.requested_at_us + 1};
    return review;
}

static void an_open_review_has_neither_outcome_nor_reasons(void **state)
{
    struct review review = open_review(*state);
    const json_t *json = review_to_json(*state, &review);
    assert_text(json, "state", "assigned");
    assert_text(json, "requested_by", "customer");
    assert_text(json, "requested_at", "2026-11-23T09:30:00Z");
    assert_text(json, "due_at", "2026-12-23T22:59:59Z");
    assert_text(json, "outcome", NULL);
    assert_text(json, "reasons", NULL);
    const json_t *statements = json_object_get(json, "statements");
    assert_int_equal(json_array_size(statements), 2);
    assert_text(json_array_get(statements, 0), "by", "customer");
    assert_text(json_array_get(statements, 0), "text", "I paid in full");
    assert_text(json_array_get(statements, 1), "by", "staff");
    assert_text(json_array_get(statements, 1), "at", "2026-11-23T09:30:00.000001Z");
}

static void a_decided_review_says_how_and_why(void **state)
{
    struct review review = open_review(*state);
    review.state = REVIEW_DECIDED;
    review.outcome = REVIEW_OVERTURNED;
    review.reasons = "The amount was right";
    const json_t *json = review_to_json(*state, &review);
    assert_text(json, "state", "decided");
    assert_text(json, "outcome", "overturned");
    assert_text(json, "reasons", "The amount was right");
}

static void a_review_whose_key_was_destroyed_still_says_what_became_of_it(void **state)
{
    struct review review = open_review(*state);
    review.state = REVIEW_DECIDED;
    review.outcome = REVIEW_UPHELD;
    review.statements[0].text = review.statements[1].text = NULL;
    const json_t *json = review_to_json(*state, &review);
    assert_text(json, "outcome", "upheld");
    assert_text(json, "reasons", NULL);
    assert_text(json_array_get(json_object_get(json, "statements"), 0), "text", NULL);
}

static struct stored_decision stored_decision(struct arena *arena)
{
    struct stored_decision stored = {
        .decision = {.id = uuid_new(),
                     .order_id = uuid_new(),
                     .ordinal = 1,
                     .verdict = {.outcome = DECISION_HELD,
                                 .reasons = {REASON_CURRENCY_MISMATCH, REASON_AMOUNT_MISMATCH},
                                 .reasons_count = 2},
                     .made_by = DECISION_BY_POLICY,
                     .input = {.order_currency = "EUR", .payment_currency = "USD", .provider = "stripe"},
                     .made_at_us = moment("2026-11-23T09:30:00Z")},
        .policy_name = "acceptance",
        .policy_version = "0",
        .policy_hash = "00ff",
        .legal_basis = "a basis",
    };
    stored.inputs = decision_input_to_text(arena, &stored.decision);
    return stored;
}

static void a_decision_names_the_policy_that_made_it_and_not_the_present_one(void **state)
{
    struct stored_decision stored = stored_decision(*state);
    const json_t *json = decision_to_json(*state, &stored, LANGUAGE_EN);
    const json_t *policy = json_object_get(json, "policy");
    assert_text(policy, "name", "acceptance");
    assert_text(policy, "version", "0");
    assert_text(policy, "hash", "00ff");
    assert_text(json, "made_by", "policy");
    assert_text(json, "made_at", "2026-11-23T09:30:00Z");
}

static void reasons_stand_in_their_order_with_a_text_in_the_language_asked_for(void **state)
{
    struct stored_decision stored = stored_decision(*state);
    const json_t *english = json_object_get(decision_to_json(*state, &stored, LANGUAGE_EN), "reasons");
    const json_t *dutch = json_object_get(decision_to_json(*state, &stored, LANGUAGE_NL), "reasons");
    assert_int_equal(json_array_size(english), 2);
    assert_text(json_array_get(english, 0), "code", "currency_mismatch");
    assert_text(json_array_get(english, 1), "code", "amount_mismatch");
    assert_string_not_equal(json_string_value(json_object_get(json_array_get(english, 0), "text")),
                            json_string_value(json_object_get(json_array_get(dutch, 0), "text")));
}

static void inputs_are_shown_as_they_were_stored(void **state)
{
    struct stored_decision stored = stored_decision(*state);
    stored.inputs = "{\"a fact of long ago\": 1}";
    const json_t *inputs = json_object_get(decision_to_json(*state, &stored, LANGUAGE_EN), "inputs");
    assert_int_equal(json_integer_value(json_object_get(inputs, "a fact of long ago")), 1);
    assert_int_equal(json_object_size(inputs), 1);
}

static void a_decision_by_staff_names_no_policy(void **state)
{
    struct stored_decision stored = stored_decision(*state);
    stored.decision.made_by = DECISION_BY_STAFF;
    stored.decision.verdict =
        (struct verdict){.outcome = DECISION_CANCELLED, .reasons = {REASON_UPHELD_BY_REVIEW}, .reasons_count = 1};
    stored.policy_name = stored.policy_version = stored.policy_hash = NULL;
    const json_t *json = decision_to_json(*state, &stored, LANGUAGE_NL);
    assert_text(json, "made_by", "staff");
    assert_text(json, "policy", NULL);
}

#define RULE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(an_open_review_has_neither_outcome_nor_reasons),
        RULE(a_decided_review_says_how_and_why),
        RULE(a_review_whose_key_was_destroyed_still_says_what_became_of_it),
        RULE(a_decision_names_the_policy_that_made_it_and_not_the_present_one),
        RULE(reasons_stand_in_their_order_with_a_text_in_the_language_asked_for),
        RULE(inputs_are_shown_as_they_were_stored),
        RULE(a_decision_by_staff_names_no_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
