#pragma once
/*
 * How a review goes on: its stages, what is done to it, and who may decide it. Pure; any thread.
 *
 *     acknowledged --assign--> assigned --open--> under_review --propose, decide--> decided --notify--> notified
 *          |                      |                    ^
 *          `--------open----------|--invite the view-->|
 *                                 `---> view_invited --' the customer's statement
 *
 * A review is acknowledged from its beginning: the answer to whoever asks names it and its due date. An outcome may be
 * given at any stage before decided, because the contract's simple case asks for no more than that; what happened
 * before it stands in the history.
 *
 * The contract's state follows from the stage: acknowledged is `requested`, decided and notified are `decided`, and all
 * between is `assigned`.
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/domain/review.h"

enum review_stage {
    REVIEW_STAGE_ACKNOWLEDGED,
    REVIEW_STAGE_ASSIGNED,
    REVIEW_STAGE_VIEW_INVITED, /* the customer was asked something and has not said anything since */
    REVIEW_STAGE_UNDER_REVIEW, /* whoever it is assigned to has opened the inputs */
    REVIEW_STAGE_DECIDED,
    REVIEW_STAGE_NOTIFIED, /* the customer was told the outcome, or has read it */
};
#define REVIEW_STAGES 6

enum review_act {
    REVIEW_ACT_ASSIGN,
    REVIEW_ACT_OPEN,   /* by whom it is assigned to, or who takes it by this */
    REVIEW_ACT_INVITE, /* the customer's view */
    REVIEW_ACT_STATE,  /* the customer says something */
    REVIEW_ACT_EXTEND,
    REVIEW_ACT_PROPOSE, /* an outcome that needs a second member of staff */
    REVIEW_ACT_CONFIRM, /* the second one agrees */
    REVIEW_ACT_DECLINE, /* the second one does not: the proposal is gone */
    REVIEW_ACT_DECIDE,  /* an outcome that needs nobody else */
    REVIEW_ACT_NOTIFY,
};
#define REVIEW_ACTS 10

/*
 * The stage after an act. Refusals are STATUS_CONFLICT: `review_decided` (nothing but NOTIFY follows),
 * `review_not_decided` (NOTIFY), `review_not_assigned` (INVITE and EXTEND of what nobody works on), `view_invited`
 * (INVITE while an answer is awaited), `outcome_proposed` (INVITE and PROPOSE while a proposal waits),
 * `nothing_proposed` (CONFIRM and DECLINE).
 */
enum status review_transition(enum review_stage stage, bool has_proposal, enum review_act act, enum review_stage *next,
                              struct error *error) AKKOORD_MUST_CHECK;

enum review_state review_state_of(enum review_stage stage);

/* How a member of staff had a review's inputs before them. */
enum review_seen { REVIEW_NOT_SEEN, REVIEW_LISTED, REVIEW_OPENED };

/* A member of staff in their relation to one review. */
struct reviewer {
    bool is_policy_author;
    bool of_policy_decision; /* what is reviewed was decided by the policy */
    bool took_first_look;    /* decided or confirmed the review that this is a second look at */
    enum review_seen seen;
};

/* Whether they may give its outcome, or confirm one: STATUS_FORBIDDEN `policy_author` or `same_reviewer`. */
enum status review_check_reviewer(const struct reviewer *reviewer, struct error *error) AKKOORD_MUST_CHECK;
/* Whether they have had the inputs before them: STATUS_CONFLICT `inputs_not_opened`. Asked only of a strict
 * installation. */
enum status review_check_seen(const struct reviewer *reviewer, struct error *error) AKKOORD_MUST_CHECK;

/* Whether an outcome on an order of this total needs a second member of staff. `threshold_minor` 0: never. */
bool review_needs_four_eyes(int64_t total_minor, int64_t threshold_minor);

/* Whether a review that is the look-th at this stage may be looked at once more: STATUS_CONFLICT `review_not_decided`,
 * or `second_look_final` of one that is a second look itself. */
enum status review_check_second_look(int64_t look, enum review_stage stage, struct error *error) AKKOORD_MUST_CHECK;

#define REVIEW_EXTENSION_MONTHS_MAX 2

/*
 * The due date of a review that is extended by 1 or 2 months, counted from the day it was asked for (GDPR art. 12(3),
 * Regulation 1182/71). Once, and before it was due: STATUS_CONFLICT `review_extended` or `review_overdue`.
 */
enum status review_extend(int64_t requested_at_us, int64_t due_at_us, bool is_extended, int64_t months, int64_t now_us,
                          int64_t *extended_due_at_us, struct error *error) AKKOORD_MUST_CHECK;

/* The words of the API and the database; the parser: STATUS_INVALID for a word that is none. */
const char *review_stage_name(enum review_stage stage);
enum status review_stage_parse(const char *text, enum review_stage *stage) AKKOORD_MUST_CHECK;
/* "opened", "listed"; NULL for REVIEW_NOT_SEEN, and from it. */
const char *review_seen_name(enum review_seen seen);
enum status review_seen_parse(const char *text, enum review_seen *seen) AKKOORD_MUST_CHECK;
