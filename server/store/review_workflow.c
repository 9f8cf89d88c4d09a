/*
 * The acts of staff on a review. Whatever thread owns the store runs it.
 *
 * Invariants: every act reads the review under its lock, asks review_transition() and writes what follows with a step
 * of the history, or nothing. No lock on an order is taken, so nothing can deadlock with the committer.
 */
#include "akkoord/store/review_workflow.h"

#include <assert.h>

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/history.h"
#include "akkoord/store/mails.h"
#include "review_texts.h"

/* What sql/review/lock.sql tells. */
struct locked_review {
    struct review_owner owner; /* its key is there for acts with a text only */
    enum review_stage stage;
    struct uuid assigned_to;
    int64_t requested_at_us;
    int64_t due_at_us;
    bool is_extended;
    struct uuid proposed_by;
    int64_t proposed_at_us; /* 0: nothing is proposed */
    bool is_erased;         /* the key was asked for, and was destroyed */
};

static enum status read_locked(struct store *store, const struct pg_result *result, bool needs_key,
                               struct locked_review *review, struct error *error)
{
    review->owner.order_id = pg_get_uuid(result, 0, 0);
    review->assigned_to = pg_get_optional_uuid(result, 0, 2);
    review->requested_at_us = pg_get_time(result, 0, 3);
    review->due_at_us = pg_get_time(result, 0, 4);
    review->is_extended = pg_get_bool(result, 0, 5);
    review->proposed_by = pg_get_optional_uuid(result, 0, 6);
    review->proposed_at_us = pg_get_time(result, 0, 7);
    review->owner.customer_id = pg_get_uuid(result, 0, 8);
    if (review_stage_parse(pg_get_text(result, 0, 1), &review->stage) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "review_unreadable", "a review has a stage that is not known");
    if (!needs_key)
        return STATUS_OK;
    review->is_erased = pg_is_null(result, 0, 10);
    if (review->is_erased)
        return STATUS_OK;
    struct uuid key_id = pg_get_uuid(result, 0, 9);
    size_t length;
    const uint8_t *wrapped = pg_get_bytes(result, 0, 10, &length);
    return store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, length, &review->owner.billing_key,
                                 error);
}

/* In a transaction. The caller releases the key. */
static enum status lock_review(struct store *store, struct arena *arena, const struct uuid *id, bool needs_key,
                               struct locked_review *review, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    enum status status = pg_execute(store->pg, &sql_review_lock, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    status = pg_result_rows(result) == 1 ? read_locked(store, result, needs_key, review, error)
                                         : error_set(error, STATUS_NOT_FOUND, "not_found", "no such review");
    pg_result_free(result);
    return status;
}

static enum status add_step(struct store *store, struct arena *arena, const struct locked_review *review,
                            const struct uuid *review_id, const char *name, enum actor actor,
                            const struct uuid *staff_id, int64_t now_us, struct error *error)
{
    struct history_step step = {.order_id = review->owner.order_id, .step = name, .actor = actor, .at_us = now_us};
    if (staff_id != NULL)
        step.staff_id = *staff_id;
    return store_history_add(store, arena, &step, review_id, error);
}

/* Ends the transaction that pg_begin() began, whatever came of it. */
static enum status end_transaction(struct store *store, enum status status, struct error *error)
{
    if (status == STATUS_OK)
        status = store_commit(store, error);
    if (status != STATUS_OK)
        pg_rollback(store->pg);
    return status;
}

/* ---- who they are to it ---- */

enum status store_review_standing(struct store *store, struct arena *arena, const struct uuid *review_id,
                                  const struct uuid *staff_id, struct review_standing *standing, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, review_id);
    pg_params_add_uuid(&params, staff_id);
    enum status status = pg_execute(store->pg, &sql_review_standing, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *standing = (struct review_standing){0};
    if (pg_result_rows(result) == 0) {
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "no such review");
    } else if (review_seen_parse(pg_get_text(result, 0, 3), &standing->reviewer.seen) != STATUS_OK) {
        status = error_set(error, STATUS_INTERNAL, "review_unreadable", "a review was opened in a way not known");
    } else {
        standing->reviewer.is_policy_author = pg_get_bool(result, 0, 0);
        standing->reviewer.of_policy_decision = pg_get_bool(result, 0, 1);
        standing->reviewer.took_first_look = pg_get_bool(result, 0, 2);
        standing->order_total_minor = pg_get_int64(result, 0, 4);
    }
    pg_result_free(result);
    return status;
}

/* ---- opening ---- */

static enum status note_opened(struct store *store, struct arena *arena, const struct uuid *review_id,
                               const struct uuid *staff_id, int64_t now_us, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, review_id);
    pg_params_add_uuid(&params, staff_id);
    pg_params_add_time(&params, now_us);
    return pg_execute(store->pg, &sql_review_note_opened, &params, NULL, error);
}

enum status store_review_note_listed(struct store *store, struct arena *arena, const struct review *reviews,
                                     size_t count, const struct uuid *staff_id, struct error *error)
{
    if (count == 0)
        return STATUS_OK;
    struct pg_params params;
    pg_params_init(&params, arena);
    struct pg_array *ids = pg_array_begin(&params, PG_UUID_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_uuid(ids, &reviews[i].id);
    pg_array_end(ids);
    pg_params_add_uuid(&params, staff_id);
    pg_params_add_time(&params, clock_now_us());
    return pg_execute(store->pg, &sql_review_note_listed, &params, NULL, error);
}

/* Whoever opens what is nobody's takes it; what is theirs moves on; what is somebody else's stays so. */
static enum status move_by_opening(struct store *store, struct arena *arena, const struct uuid *review_id,
                                   const struct uuid *staff_id, const struct locked_review *review, struct error *error)
{
    enum review_stage next;
    bool is_theirs = uuid_is_nil(&review->assigned_to) || uuid_equal(&review->assigned_to, staff_id);
    if (!is_theirs ||
        review_transition(review->stage, review->proposed_at_us != 0, REVIEW_ACT_OPEN, &next, NULL) != STATUS_OK)
        return STATUS_OK;
    if (next == review->stage && !uuid_is_nil(&review->assigned_to))
        return STATUS_OK;
    return review_set_stage(store, arena, review_id, next, staff_id, error);
}

enum status store_review_open(struct store *store, struct arena *arena, const struct uuid *review_id,
                              const struct uuid *staff_id, bool takes, struct error *error)
{
    struct locked_review review = {0};
    int64_t now_us = clock_now_us();
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = lock_review(store, arena, review_id, false, &review, error);
    if (status == STATUS_OK)
        status = note_opened(store, arena, review_id, staff_id, now_us, error);
    if (status == STATUS_OK && takes)
        status = move_by_opening(store, arena, review_id, staff_id, &review, error);
    if (status == STATUS_OK)
        status =
            add_step(store, arena, &review, review_id, "review_opened_by_staff", ACTOR_STAFF, staff_id, now_us, error);
    return end_transaction(store, status, error);
}

/* ---- acts ---- */

static enum status check_doer(const struct locked_review *review, const struct review_deed *deed, struct error *error)
{
    bool is_theirs = uuid_equal(&review->assigned_to, &deed->staff_id);
    bool own_proposal = uuid_equal(&review->proposed_by, &deed->staff_id);
    if ((deed->act == REVIEW_ACT_INVITE || deed->act == REVIEW_ACT_EXTEND) && !is_theirs && !deed->is_manager)
        return error_set(error, STATUS_FORBIDDEN, "assigned_to_other", "somebody else works on this review");
    if (deed->act != REVIEW_ACT_DECLINE)
        return STATUS_OK;
    if (own_proposal)
        return error_set(error, STATUS_FORBIDDEN, "same_reviewer", "somebody else agrees with an outcome or does not");
    if (review->proposed_at_us != deed->proposed_at_us)
        return error_set(error, STATUS_CONFLICT, "proposal_changed", "what is proposed is not that any more");
    return STATUS_OK;
}

static enum status seal_text(struct arena *arena, const struct locked_review *review, const struct review_deed *deed,
                             enum review_text text, int64_t version, uint8_t **blob, size_t *length,
                             struct error *error)
{
    static uint8_t nothing[1];
    assert(deed->text != NULL);
    *blob = nothing;
    *length = 0;
    if (review->is_erased)
        return STATUS_OK; /* as with an outcome: there must be a way to give one (batch_write.c) */
    struct seal_context context = review_text_context(text, &deed->review_id, &review->owner.customer_id, version);
    return seal_bytes(arena, &review->owner.billing_key, &context, deed->text, strlen(deed->text), blob, length, error);
}

static enum status extend(struct store *store, struct arena *arena, const struct locked_review *review,
                          const struct review_deed *deed, int64_t now_us, struct error *error)
{
    int64_t due_at_us = 0;
    uint8_t *blob;
    size_t length;
    struct pg_params params;
    enum status status = review_extend(review->requested_at_us, review->due_at_us, review->is_extended, deed->months,
                                       now_us, &due_at_us, error);
    if (status == STATUS_OK)
        status = seal_text(arena, review, deed, REVIEW_TEXT_EXTENSION, REVIEW_TEXT_VERSION, &blob, &length, error);
    if (status != STATUS_OK)
        return status;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &deed->review_id);
    pg_params_add_time(&params, due_at_us);
    pg_params_add_time(&params, now_us);
    pg_params_add_bytes(&params, blob, length);
    return store_execute_touching(store, &sql_review_extend, &params, NULL, AUDIT_REVIEW, NULL, &deed->review_id,
                                  error);
}

/* Writes what is proposed; of a DECLINE, that nothing is. */
static enum status propose(struct store *store, struct arena *arena, const struct locked_review *review,
                           const struct review_deed *deed, int64_t now_us, struct error *error)
{
    bool withdraws = deed->act == REVIEW_ACT_DECLINE;
    uint8_t *blob = NULL;
    size_t length = 0;
    enum status status = STATUS_OK;
    if (!withdraws)
        status = seal_text(arena, review, deed, REVIEW_TEXT_PROPOSAL, now_us, &blob, &length, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &deed->review_id);
    pg_params_add_text(&params, withdraws ? NULL : review_outcome_name(deed->outcome));
    pg_params_add_bytes(&params, blob, length);
    pg_params_add_uuid(&params, withdraws ? NULL : &deed->staff_id);
    pg_params_add_time(&params, withdraws ? 0 : now_us);
    return store_execute_touching(store, &sql_review_propose, &params, NULL, AUDIT_REVIEW, NULL, &deed->review_id,
                                  error);
}

/* What an act does beside moving the review on. */
static enum status do_act(struct store *store, struct arena *arena, const struct locked_review *review,
                          const struct review_deed *deed, int64_t now_us, struct error *error)
{
    switch (deed->act) {
    case REVIEW_ACT_INVITE:
        return review_text_add_statement(store, arena, &deed->review_id, &review->owner, &deed->staff_id, deed->text,
                                         now_us, error);
    case REVIEW_ACT_EXTEND:
        return extend(store, arena, review, deed, now_us, error);
    case REVIEW_ACT_PROPOSE:
    case REVIEW_ACT_DECLINE:
        return propose(store, arena, review, deed, now_us, error);
    default:
        return STATUS_OK;
    }
}

/* What the customer has to hear of. */
static enum status add_mail(struct store *store, struct arena *arena, const struct review_deed *deed,
                            struct error *error)
{
    struct mail_job mail = {.kind = MAIL_REVIEW_INVITED, .subject_id = deed->review_id};
    if (deed->act == REVIEW_ACT_EXTEND)
        mail.kind = MAIL_REVIEW_EXTENDED;
    else if (deed->act != REVIEW_ACT_INVITE)
        return STATUS_OK;
    return store_mail_add(store, arena, &mail, error);
}

static const char *step_of(enum review_act act)
{
    switch (act) {
    case REVIEW_ACT_INVITE:
        return "view_invited";
    case REVIEW_ACT_EXTEND:
        return "review_extended";
    case REVIEW_ACT_PROPOSE:
        return "outcome_proposed";
    case REVIEW_ACT_DECLINE:
        return "outcome_declined";
    default:
        return "review_assigned";
    }
}

static enum status do_locked(struct store *store, struct arena *arena, const struct locked_review *review,
                             const struct review_deed *deed, struct error *error)
{
    int64_t now_us = clock_now_us();
    enum review_stage next = review->stage;
    const struct uuid *assignee = deed->act == REVIEW_ACT_ASSIGN ? &deed->assignee : NULL;
    enum status status = review_transition(review->stage, review->proposed_at_us != 0, deed->act, &next, error);
    if (status == STATUS_OK)
        status = check_doer(review, deed, error);
    if (status == STATUS_OK && review->is_erased && deed->act != REVIEW_ACT_PROPOSE)
        status = error_set(error, STATUS_NOT_FOUND, "data_key_erased", "the key of this review's texts was destroyed");
    if (status == STATUS_OK)
        status = do_act(store, arena, review, deed, now_us, error);
    if (status == STATUS_OK)
        status = review_set_stage(store, arena, &deed->review_id, next, assignee, error);
    if (status == STATUS_OK)
        status = add_mail(store, arena, deed, error);
    if (status == STATUS_OK)
        status = add_step(store, arena, review, &deed->review_id, step_of(deed->act), ACTOR_STAFF, &deed->staff_id,
                          now_us, error);
    return status;
}

enum status store_review_do(struct store *store, struct arena *arena, const struct review_deed *deed,
                            struct error *error)
{
    struct locked_review review = {0};
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = lock_review(store, arena, &deed->review_id, deed->text != NULL, &review, error);
    if (status == STATUS_OK)
        status = do_locked(store, arena, &review, deed, error);
    vault_data_key_release(&review.owner.billing_key);
    return end_transaction(store, status, error);
}

/* ---- telling the customer ---- */

enum status store_review_note_notified(struct store *store, struct arena *arena, const struct uuid *review_id,
                                       enum actor by, struct error *error)
{
    struct locked_review review = {0};
    enum review_stage next = REVIEW_STAGE_NOTIFIED;
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = lock_review(store, arena, review_id, false, &review, error);
    if (status == STATUS_OK)
        status = review_transition(review.stage, false, REVIEW_ACT_NOTIFY, &next, error);
    if (status == STATUS_OK && review.stage != next) {
        status = review_set_stage(store, arena, review_id, next, NULL, error);
        if (status == STATUS_OK)
            status = add_step(store, arena, &review, review_id, "review_notified", by, NULL, clock_now_us(), error);
    }
    return end_transaction(store, status, error);
}
