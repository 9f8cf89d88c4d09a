/* How a review goes on, and who may decide it. Pure; keeps nothing. */
#include "akkoord/domain/review_workflow.h"

#include "akkoord/domain/calendar.h"

static const char *const stage_words[REVIEW_STAGES] = {
    [REVIEW_STAGE_ACKNOWLEDGED] = "acknowledged", [REVIEW_STAGE_ASSIGNED] = "assigned",
    [REVIEW_STAGE_VIEW_INVITED] = "view_invited", [REVIEW_STAGE_UNDER_REVIEW] = "under_review",
    [REVIEW_STAGE_DECIDED] = "decided",           [REVIEW_STAGE_NOTIFIED] = "notified",
};

const char *review_stage_name(enum review_stage stage)
{
    return stage_words[stage];
}

enum status review_stage_parse(const char *text, enum review_stage *stage)
{
    for (int i = 0; i < REVIEW_STAGES; i++) {
        if (strcmp(stage_words[i], text) == 0) {
            *stage = (enum review_stage)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

const char *review_seen_name(enum review_seen seen)
{
    return seen == REVIEW_OPENED ? "opened" : seen == REVIEW_LISTED ? "listed" : NULL;
}

enum status review_seen_parse(const char *text, enum review_seen *seen)
{
    for (int i = REVIEW_NOT_SEEN; i <= REVIEW_OPENED; i++) {
        const char *word = review_seen_name((enum review_seen)i);
        if (word == text || (word != NULL && text != NULL && strcmp(word, text) == 0)) {
            *seen = (enum review_seen)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

enum review_state review_state_of(enum review_stage stage)
{
    switch (stage) {
    case REVIEW_STAGE_ACKNOWLEDGED:
        return REVIEW_REQUESTED;
    case REVIEW_STAGE_ASSIGNED:
    case REVIEW_STAGE_VIEW_INVITED:
    case REVIEW_STAGE_UNDER_REVIEW:
        return REVIEW_ASSIGNED;
    case REVIEW_STAGE_DECIDED:
    case REVIEW_STAGE_NOTIFIED:
        break;
    }
    return REVIEW_DECIDED;
}

/* ---- refusals ---- */

static enum status check_assigned(enum review_stage stage, struct error *error)
{
    if (stage == REVIEW_STAGE_ACKNOWLEDGED)
        return error_set(error, STATUS_CONFLICT, "review_not_assigned", "nobody works on this review yet: assign it");
    return STATUS_OK;
}

static enum status check_proposal(bool has_proposal, bool wanted, struct error *error)
{
    if (has_proposal == wanted)
        return STATUS_OK;
    if (wanted)
        return error_set(error, STATUS_CONFLICT, "nothing_proposed", "no outcome waits for a second member of staff");
    return error_set(error, STATUS_CONFLICT, "outcome_proposed",
                     "an outcome waits for a second member of staff, who has to agree or decline first");
}

static enum status check_act(enum review_stage stage, bool has_proposal, enum review_act act, struct error *error)
{
    enum status status = STATUS_OK;
    switch (act) {
    case REVIEW_ACT_INVITE:
        status = check_assigned(stage, error);
        if (status == STATUS_OK)
            status = check_proposal(has_proposal, false, error);
        if (status == STATUS_OK && stage == REVIEW_STAGE_VIEW_INVITED)
            status = error_set(error, STATUS_CONFLICT, "view_invited", "the customer has been asked and not answered");
        return status;
    case REVIEW_ACT_EXTEND:
        return check_assigned(stage, error);
    case REVIEW_ACT_PROPOSE:
        return check_proposal(has_proposal, false, error);
    case REVIEW_ACT_CONFIRM:
    case REVIEW_ACT_DECLINE:
        return check_proposal(has_proposal, true, error);
    case REVIEW_ACT_NOTIFY:
        return error_set(error, STATUS_CONFLICT, "review_not_decided", "this review has not been decided");
    case REVIEW_ACT_ASSIGN:
    case REVIEW_ACT_OPEN:
    case REVIEW_ACT_STATE:
    case REVIEW_ACT_DECIDE:
        break;
    }
    return STATUS_OK;
}

/* ---- stages ---- */

/* Of an act that was not refused. */
static enum review_stage stage_after(enum review_stage stage, enum review_act act)
{
    switch (act) {
    case REVIEW_ACT_ASSIGN:
        /* A question to the customer stays asked, whoever waits for the answer. */
        return stage == REVIEW_STAGE_VIEW_INVITED ? stage : REVIEW_STAGE_ASSIGNED;
    case REVIEW_ACT_OPEN:
        return stage == REVIEW_STAGE_VIEW_INVITED ? stage : REVIEW_STAGE_UNDER_REVIEW;
    case REVIEW_ACT_INVITE:
        return REVIEW_STAGE_VIEW_INVITED;
    case REVIEW_ACT_STATE:
        return stage == REVIEW_STAGE_VIEW_INVITED ? REVIEW_STAGE_UNDER_REVIEW : stage;
    case REVIEW_ACT_PROPOSE:
    case REVIEW_ACT_DECLINE:
        return REVIEW_STAGE_UNDER_REVIEW;
    case REVIEW_ACT_CONFIRM:
    case REVIEW_ACT_DECIDE:
        return REVIEW_STAGE_DECIDED;
    case REVIEW_ACT_EXTEND:
    case REVIEW_ACT_NOTIFY:
        break;
    }
    return stage;
}

enum status review_transition(enum review_stage stage, bool has_proposal, enum review_act act, enum review_stage *next,
                              struct error *error)
{
    bool decided = review_state_of(stage) == REVIEW_DECIDED;
    if (decided && act != REVIEW_ACT_NOTIFY)
        return error_set(error, STATUS_CONFLICT, "review_decided", "the review has been decided");
    if (decided) {
        *next = REVIEW_STAGE_NOTIFIED;
        return STATUS_OK;
    }
    enum status status = check_act(stage, has_proposal, act, error);
    if (status == STATUS_OK)
        *next = stage_after(stage, act);
    return status;
}

/* ---- who may decide ---- */

enum status review_check_reviewer(const struct reviewer *reviewer, struct error *error)
{
    if (reviewer->is_policy_author && reviewer->of_policy_decision)
        return error_set(error, STATUS_FORBIDDEN, "policy_author",
                         "whoever wrote the policy does not decide about what it decided");
    if (reviewer->took_first_look)
        return error_set(error, STATUS_FORBIDDEN, "same_reviewer", "a second look is taken by somebody else");
    return STATUS_OK;
}

enum status review_check_seen(const struct reviewer *reviewer, struct error *error)
{
    if (reviewer->seen == REVIEW_NOT_SEEN)
        return error_set(error, STATUS_CONFLICT, "inputs_not_opened", "open the review and read its inputs first");
    return STATUS_OK;
}

bool review_needs_four_eyes(int64_t total_minor, int64_t threshold_minor)
{
    return threshold_minor > 0 && total_minor > threshold_minor;
}

enum status review_check_second_look(int64_t look, enum review_stage stage, struct error *error)
{
    if (look != 1)
        return error_set(error, STATUS_CONFLICT, "second_look_final", "what a second look decides is final");
    if (review_state_of(stage) != REVIEW_DECIDED)
        return error_set(error, STATUS_CONFLICT, "review_not_decided", "the first look has not ended yet");
    return STATUS_OK;
}

/* ---- the due date ---- */

enum status review_extend(int64_t requested_at_us, int64_t due_at_us, bool is_extended, int64_t months, int64_t now_us,
                          int64_t *extended_due_at_us, struct error *error)
{
    if (is_extended)
        return error_set(error, STATUS_CONFLICT, "review_extended", "a review is extended once");
    if (now_us > due_at_us)
        return error_set(error, STATUS_CONFLICT, "review_overdue", "what is overdue can't be extended any more");
    int64_t day =
        calendar_period_end_day(calendar_amsterdam_day(requested_at_us), CALENDAR_REVIEW_MONTHS + (int)months);
    *extended_due_at_us = calendar_end_of_amsterdam_day_us(day);
    return STATUS_OK;
}
