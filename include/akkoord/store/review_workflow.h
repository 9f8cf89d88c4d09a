#pragma once
/*
 * What staff do with a review before its outcome, and what tells the customer of it: each an act of
 * domain/review_workflow.h, in a transaction of its own, with a step in the history.
 */
#include "akkoord/domain/review_workflow.h"
#include "akkoord/store/reviews.h"

/* A member of staff in their relation to a review, and what else decides who may do what. */
struct review_standing {
    struct reviewer reviewer;
    int64_t order_total_minor;
};
/* STATUS_NOT_FOUND when there is no such review or member of staff. */
enum status store_review_standing(struct store *store, struct arena *arena, const struct uuid *review_id,
                                  const struct uuid *staff_id, struct review_standing *standing,
                                  struct error *error) AKKOORD_MUST_CHECK;

/* A member of staff opened the review: a step, also when it has been decided. `takes`: it becomes theirs unless it is
 * somebody's. STATUS_NOT_FOUND. */
enum status store_review_open(struct store *store, struct arena *arena, const struct uuid *review_id,
                              const struct uuid *staff_id, bool takes, struct error *error) AKKOORD_MUST_CHECK;
/* A list showed them these reviews with their inputs: noted, which is no step. */
enum status store_review_note_listed(struct store *store, struct arena *arena, const struct review *reviews,
                                     size_t count, const struct uuid *staff_id, struct error *error) AKKOORD_MUST_CHECK;

struct review_deed {
    enum review_act act; /* ASSIGN, INVITE, EXTEND, PROPOSE or DECLINE */
    struct uuid review_id;
    struct uuid staff_id;        /* who does it */
    bool is_manager;             /* INVITE and EXTEND of what is assigned to others are a manager's */
    struct uuid assignee;        /* ASSIGN */
    const char *text;            /* INVITE: what is asked; EXTEND and PROPOSE: the reasons */
    int64_t months;              /* EXTEND */
    enum review_outcome outcome; /* PROPOSE */
    int64_t proposed_at_us;      /* DECLINE: which proposal */
};
/* STATUS_NOT_FOUND; STATUS_FORBIDDEN `assigned_to_other`, or `same_reviewer` (DECLINE of one's own proposal);
 * STATUS_CONFLICT with the codes of review_transition() and review_extend(), `proposal_changed`, `too_many_statements`.
 */
enum status store_review_do(struct store *store, struct arena *arena, const struct review_deed *deed,
                            struct error *error) AKKOORD_MUST_CHECK;

/* The customer was told the outcome (`by` ACTOR_CLOCK: a message was sent; ACTOR_CUSTOMER: they have read it). Does
 * nothing when they were told before. STATUS_NOT_FOUND; STATUS_CONFLICT `review_not_decided`. */
enum status store_review_note_notified(struct store *store, struct arena *arena, const struct uuid *review_id,
                                       enum actor by, struct error *error) AKKOORD_MUST_CHECK;
