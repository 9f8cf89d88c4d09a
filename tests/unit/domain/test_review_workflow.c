/* How a review goes on: every act at every stage, who may decide, and until when. */
#include <string.h>

#include "../rule.h"
#include "akkoord/base/clock.h"
#include "akkoord/domain/review_workflow.h"

/* What follows from an act without and with a proposal that waits: a stage, or the code of a refusal. */
struct line {
    enum review_act act;
    /* acknowledged, assigned, view_invited, under_review, under_review with a proposal, decided, notified */
    const char *after[7];
};

static const struct line table[] = {
    {REVIEW_ACT_ASSIGN,
     {"assigned", "assigned", "view_invited", "assigned", "assigned", "review_decided", "review_decided"}},
    {REVIEW_ACT_OPEN,
     {"under_review", "under_review", "view_invited", "under_review", "under_review", "review_decided",
      "review_decided"}},
    {REVIEW_ACT_INVITE,
     {"review_not_assigned", "view_invited", "view_invited!", "view_invited", "outcome_proposed", "review_decided",
      "review_decided"}},
    {REVIEW_ACT_STATE,
     {"acknowledged", "assigned", "under_review", "under_review", "under_review", "review_decided", "review_decided"}},
    {REVIEW_ACT_EXTEND,
     {"review_not_assigned", "assigned", "view_invited", "under_review", "under_review", "review_decided",
      "review_decided"}},
    {REVIEW_ACT_PROPOSE,
     {"under_review", "under_review", "under_review", "under_review", "outcome_proposed", "review_decided",
      "review_decided"}},
    {REVIEW_ACT_CONFIRM,
     {"nothing_proposed", "nothing_proposed", "nothing_proposed", "nothing_proposed", "decided", "review_decided",
      "review_decided"}},
    {REVIEW_ACT_DECLINE,
     {"nothing_proposed", "nothing_proposed", "nothing_proposed", "nothing_proposed", "under_review", "review_decided",
      "review_decided"}},
    {REVIEW_ACT_DECIDE, {"decided", "decided", "decided", "decided", "decided", "review_decided", "review_decided"}},
    {REVIEW_ACT_NOTIFY,
     {"review_not_decided", "review_not_decided", "review_not_decided", "review_not_decided", "review_not_decided",
      "notified", "notified"}},
};

static void every_act_at_every_stage(void **state)
{
    (void)state;
    static const struct {
        enum review_stage stage;
        bool has_proposal;
    } places[] = {
        {REVIEW_STAGE_ACKNOWLEDGED, false}, {REVIEW_STAGE_ASSIGNED, false},    {REVIEW_STAGE_VIEW_INVITED, false},
        {REVIEW_STAGE_UNDER_REVIEW, false}, {REVIEW_STAGE_UNDER_REVIEW, true}, {REVIEW_STAGE_DECIDED, false},
        {REVIEW_STAGE_NOTIFIED, false},
    };
    assert_int_equal(sizeof(table) / sizeof(table[0]), REVIEW_ACTS);
    for (size_t i = 0; i < REVIEW_ACTS; i++) {
        for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
            struct error error = {0};
            enum review_stage next = places[j].stage;
            enum status status =
                review_transition(places[j].stage, places[j].has_proposal, table[i].act, &next, &error);
            char told[64];
            /* A refusal whose code is a stage's name too is marked. */
            (void)snprintf(told, sizeof(told), "%s%s", status == STATUS_OK ? review_stage_name(next) : error.code,
                           status != STATUS_OK && strcmp(error.code, "view_invited") == 0 ? "!" : "");
            assert_string_equal(told, table[i].after[j]);
            assert_true(status == STATUS_OK || status == STATUS_CONFLICT);
            assert_true(status == STATUS_OK || next == places[j].stage);
        }
    }
}

static void the_state_of_the_contract_follows_from_the_stage(void **state)
{
    (void)state;
    static const char *const states[REVIEW_STAGES] = {"requested", "assigned", "assigned",
                                                      "assigned",  "decided",  "decided"};
    for (int i = 0; i < REVIEW_STAGES; i++)
        assert_string_equal(review_state_name(review_state_of((enum review_stage)i)), states[i]);
}

/* ---- who may decide ---- */

static void whoever_wrote_the_policy_decides_nothing_of_it(void **state)
{
    (void)state;
    struct error error = {0};
    const struct reviewer author = {.is_policy_author = true, .of_policy_decision = true};
    const struct reviewer of_staff = {.is_policy_author = true};
    const struct reviewer other = {.of_policy_decision = true};
    assert_int_equal(review_check_reviewer(&author, &error), STATUS_FORBIDDEN);
    assert_string_equal(error.code, "policy_author");
    assert_int_equal(review_check_reviewer(&of_staff, &error), STATUS_OK);
    assert_int_equal(review_check_reviewer(&other, &error), STATUS_OK);
}

static void a_second_look_is_somebody_elses(void **state)
{
    (void)state;
    struct error error = {0};
    const struct reviewer same = {.took_first_look = true, .seen = REVIEW_OPENED};
    assert_int_equal(review_check_reviewer(&same, &error), STATUS_FORBIDDEN);
    assert_string_equal(error.code, "same_reviewer");
    assert_int_equal(review_check_second_look(1, REVIEW_STAGE_DECIDED, &error), STATUS_OK);
    assert_int_equal(review_check_second_look(1, REVIEW_STAGE_NOTIFIED, &error), STATUS_OK);
    assert_int_equal(review_check_second_look(1, REVIEW_STAGE_UNDER_REVIEW, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "review_not_decided");
    assert_int_equal(review_check_second_look(2, REVIEW_STAGE_DECIDED, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "second_look_final");
}

static void inputs_that_were_before_them_are_enough(void **state)
{
    (void)state;
    struct error error = {0};
    const struct reviewer unseen = {.seen = REVIEW_NOT_SEEN}, listed = {.seen = REVIEW_LISTED},
                          opened = {.seen = REVIEW_OPENED};
    assert_int_equal(review_check_seen(&unseen, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "inputs_not_opened");
    assert_int_equal(review_check_seen(&listed, &error), STATUS_OK);
    assert_int_equal(review_check_seen(&opened, &error), STATUS_OK);
}

static void four_eyes_begin_above_the_amount(void **state)
{
    (void)state;
    assert_false(review_needs_four_eyes(INT64_MAX, 0));
    assert_false(review_needs_four_eyes(100000, 100000));
    assert_true(review_needs_four_eyes(100001, 100000));
}

/* ---- the due date ---- */

static int64_t moment(const char *text)
{
    int64_t time_us;
    assert_int_equal(clock_parse_rfc3339(text, strlen(text), &time_us), STATUS_OK);
    return time_us;
}

/* Dates by hand: ends of months, a leap year, a weekend, a holiday (Regulation 1182/71 art. 3). */
static void an_extension_counts_from_the_day_it_was_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *requested, *due, *extended;
        int64_t months;
    } cases[] = {
        {"2026-11-23T09:30:00Z", "2026-12-23T22:59:59Z", "2027-01-25T22:59:59Z", 1}, /* 23 January: a Saturday */
        {"2026-11-23T09:30:00Z", "2026-12-23T22:59:59Z", "2027-02-23T22:59:59Z", 2},
        {"2027-11-30T12:00:00Z", "2027-12-30T22:59:59Z", "2028-02-29T22:59:59Z", 2}, /* a leap year */
        {"2026-11-30T12:00:00Z", "2026-12-30T22:59:59Z", "2027-03-01T22:59:59Z", 2}, /* 28 February: a Sunday */
        {"2027-02-27T12:00:00Z", "2027-03-30T21:59:59Z", "2027-04-28T21:59:59Z", 1}, /* 27 April: King's Day */
        {"2026-11-23T23:30:00Z", "2026-12-24T22:59:59Z", "2027-02-24T22:59:59Z", 2}, /* the 24th in Amsterdam */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char told[CLOCK_RFC3339_BYTES];
        int64_t extended = 0;
        struct error error;
        assert_int_equal(review_extend(moment(cases[i].requested), moment(cases[i].due), false, cases[i].months,
                                       moment(cases[i].requested), &extended, &error),
                         STATUS_OK);
        clock_format_rfc3339(extended, told);
        assert_string_equal(told, cases[i].extended);
    }
}

static void it_is_extended_once_and_before_it_was_due(void **state)
{
    (void)state;
    int64_t requested = moment("2026-11-23T09:30:00Z"), due = moment("2026-12-23T22:59:59Z"), extended = 0;
    struct error error;
    assert_int_equal(review_extend(requested, due, false, 1, due, &extended, &error), STATUS_OK);
    assert_int_equal(review_extend(requested, due, false, 1, due + 1, &extended, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "review_overdue");
    assert_int_equal(review_extend(requested, due, true, 1, requested, &extended, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "review_extended");
}

static void words_are_read_back(void **state)
{
    (void)state;
    enum review_stage stage;
    enum review_seen seen;
    for (int i = 0; i < REVIEW_STAGES; i++) {
        assert_int_equal(review_stage_parse(review_stage_name((enum review_stage)i), &stage), STATUS_OK);
        assert_int_equal(stage, i);
    }
    for (int i = REVIEW_NOT_SEEN; i <= REVIEW_OPENED; i++) {
        assert_int_equal(review_seen_parse(review_seen_name((enum review_seen)i), &seen), STATUS_OK);
        assert_int_equal(seen, i);
    }
    static const char *const none[] = {"", "Decided", "under_review ", "requested"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(review_stage_parse(none[i], &stage), STATUS_INVALID);
        assert_int_equal(review_seen_parse(none[i], &seen), STATUS_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("every act at every stage has its stage after, or its refusal", every_act_at_every_stage),
        RULE("the contract's state follows from the stage", the_state_of_the_contract_follows_from_the_stage),
        RULE("whoever wrote the policy decides no review of it", whoever_wrote_the_policy_decides_nothing_of_it),
        RULE("a second look is taken once, by somebody else", a_second_look_is_somebody_elses),
        RULE("inputs that were listed or opened have been seen", inputs_that_were_before_them_are_enough),
        RULE("four eyes begin above the amount, and 0 is never", four_eyes_begin_above_the_amount),
        RULE("an extension counts from the day it was asked for", an_extension_counts_from_the_day_it_was_asked_for),
        RULE("a review is extended once, and before it was due", it_is_extended_once_and_before_it_was_due),
        RULE("every word is read back, and no other", words_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
