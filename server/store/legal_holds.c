/* Sets, lifts and reads legal holds: see legal_holds.h. Whatever thread owns the store runs it. Deletes nothing. */
#include "akkoord/store/legal_holds.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/history.h"

static const char *const scope_words[HOLD_SCOPES] = {[HOLD_ORDER] = "order", [HOLD_CUSTOMER] = "customer"};

static const char *const reason_words[HOLD_REASONS] = {
    [HOLD_DISPUTE] = "dispute",         [HOLD_TAX_AUDIT] = "tax_audit",       [HOLD_INVESTIGATION] = "investigation",
    [HOLD_COURT_ORDER] = "court_order", [HOLD_DATA_SUBJECT] = "data_subject",
};

/* ---- words ---- */

const char *hold_scope_name(enum hold_scope scope)
{
    return scope_words[scope];
}

const char *hold_reason_name(enum hold_reason reason)
{
    return reason_words[reason];
}

enum status hold_scope_parse(const char *text, enum hold_scope *scope)
{
    for (int i = 0; i < HOLD_SCOPES; i++) {
        if (strcmp(scope_words[i], text) == 0) {
            *scope = (enum hold_scope)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

enum status hold_reason_parse(const char *text, enum hold_reason *reason)
{
    for (int i = 0; i < HOLD_REASONS; i++) {
        if (strcmp(reason_words[i], text) == 0) {
            *reason = (enum hold_reason)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

/* ---- setting and lifting ---- */

/* A step that is under way: in one transaction, under the lock that deletions take. */
struct step {
    struct store *store;
    struct arena *arena;
    const struct uuid *order_id;
    struct uuid customer_id;
    enum hold_scope scope;
    const struct uuid *staff_id;
    int64_t at_us;
};

static enum status begin(struct step *step, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    step->at_us = clock_now_us();
    pg_params_init(&params, step->arena);
    pg_params_add_uuid(&params, step->order_id);
    enum status status = pg_begin(step->store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(step->store->pg, &sql_retention_lock_holds, NULL, NULL, error);
    if (status == STATUS_OK)
        status = pg_execute(step->store->pg, &sql_legal_hold_customer_of, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such order");
    if (status == STATUS_OK)
        step->customer_id = pg_get_uuid(result, 0, 0);
    pg_result_free(result);
    return status;
}

/* One of the two, as the scope says; the other is null. */
static void add_subject(struct pg_params *params, const struct step *step)
{
    pg_params_add_uuid(params, step->scope == HOLD_ORDER ? step->order_id : NULL);
    pg_params_add_uuid(params, step->scope == HOLD_CUSTOMER ? &step->customer_id : NULL);
}

static enum status commit(struct step *step, const char *word, struct error *error)
{
    const struct history_step history = {.order_id = *step->order_id,
                                         .step = word,
                                         .actor = ACTOR_STAFF,
                                         .staff_id = *step->staff_id,
                                         .at_us = step->at_us};
    enum status status = store_history_add(step->store, step->arena, &history, NULL, error);
    return status == STATUS_OK ? store_commit(step->store, error) : status;
}

/* Their ids are what a statement returned. */
static void touch_holds(const struct step *step, const struct pg_result *result)
{
    for (size_t i = 0; i < pg_result_rows(result); i++) {
        struct uuid id = pg_get_uuid(result, i, 0);
        store_audit_touch(step->store, AUDIT_HOLD, NULL, &id);
    }
}

static enum status change_reason(const struct step *step, enum hold_reason reason, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, step->arena);
    add_subject(&params, step);
    pg_params_add_text(&params, hold_reason_name(reason));
    struct pg_result *result = NULL;
    enum status status = pg_execute(step->store->pg, &sql_legal_hold_change, &params, &result, error);
    if (status == STATUS_OK)
        touch_holds(step, result);
    pg_result_free(result);
    return status;
}

static enum status set(const struct step *step, enum hold_reason reason, struct error *error)
{
    struct uuid id = uuid_new();
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, step->arena);
    pg_params_add_uuid(&params, &id);
    add_subject(&params, step);
    pg_params_add_text(&params, hold_reason_name(reason));
    pg_params_add_uuid(&params, step->staff_id);
    pg_params_add_time(&params, step->at_us);
    enum status status = pg_execute(step->store->pg, &sql_legal_hold_set, &params, &result, error);
    bool stands = status == STATUS_OK && pg_result_affected(result) == 0;
    if (status == STATUS_OK && !stands)
        store_audit_touch(step->store, AUDIT_HOLD, NULL, &id);
    pg_result_free(result);
    return stands ? change_reason(step, reason, error) : status;
}

enum status store_legal_hold_set(struct store *store, struct arena *arena, const struct uuid *order_id,
                                 enum hold_scope scope, enum hold_reason reason, const struct uuid *staff_id,
                                 struct error *error)
{
    struct step step = {.store = store, .arena = arena, .order_id = order_id, .scope = scope, .staff_id = staff_id};
    enum status status = begin(&step, error);
    if (status == STATUS_OK)
        status = set(&step, reason, error);
    if (status == STATUS_OK)
        status = commit(&step, "legal_hold_set", error);
    pg_rollback(store->pg);
    return status;
}

static enum status lift(const struct step *step, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, step->arena);
    add_subject(&params, step);
    pg_params_add_uuid(&params, step->staff_id);
    pg_params_add_time(&params, step->at_us);
    enum status status = pg_execute(step->store->pg, &sql_legal_hold_lift, &params, &result, error);
    if (status == STATUS_OK && pg_result_affected(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "no such hold stands");
    if (status == STATUS_OK)
        touch_holds(step, result);
    pg_result_free(result);
    return status;
}

enum status store_legal_hold_lift(struct store *store, struct arena *arena, const struct uuid *order_id,
                                  enum hold_scope scope, const struct uuid *staff_id, struct error *error)
{
    struct step step = {.store = store, .arena = arena, .order_id = order_id, .scope = scope, .staff_id = staff_id};
    enum status status = begin(&step, error);
    if (status == STATUS_OK)
        status = lift(&step, error);
    if (status == STATUS_OK)
        status = commit(&step, "legal_hold_lifted", error);
    pg_rollback(store->pg);
    return status;
}

/* ---- reading ---- */

enum status store_legal_holds_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                       struct legal_hold holds[HOLD_SCOPES], size_t *count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, order_id);
    enum status status = pg_execute(store->pg, &sql_legal_hold_of_order, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    for (size_t i = 0; i < *count && i < HOLD_SCOPES; i++)
        holds[i] = (struct legal_hold){
            .scope = pg_get_bool(result, i, 0) ? HOLD_ORDER : HOLD_CUSTOMER,
            .reason = arena_copy_text(arena, pg_get_text(result, i, 1)),
            .set_by = pg_get_uuid(result, i, 2),
            .set_at_us = pg_get_time(result, i, 3),
        };
    pg_result_free(result);
    return STATUS_OK;
}
