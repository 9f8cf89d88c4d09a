/*
 * The retention engine: see retention.h. Whatever thread owns the store. Holds no cut-off and no term: the catalogue
 * has them.
 */
#include "akkoord/store/retention.h"

#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/audit_sequence.h"
#include "akkoord/store/installation_mode.h"
#include "rows.h"

/* A row that is made in the same moment as its id may have the later of the two. */
#define ID_SLACK_US CLOCK_US_PER_SECOND

/* What belongs to an order ends with it; all else by itself. Events before the keys that their bodies are sealed
 * under, and both before the keys of their ids. */
static const struct {
    const struct pg_statement *statement;
    enum retention_category category;
    enum audit_facet facet; /* 0: not in the audit log; else the statement gives the ids too */
} sweeps[] = {
    {&sql_retention_session, RETENTION_SESSION, 0},
    {&sql_retention_account_code, RETENTION_ACCOUNT_CODE, 0},
    {&sql_retention_idempotency, RETENTION_IDEMPOTENCY, 0},
    {&sql_retention_reservation, RETENTION_RESERVATION, 0},
    {&sql_retention_review_link, RETENTION_REVIEW_LINK, 0},
    {&sql_retention_privacy_request, RETENTION_PRIVACY_REQUEST, AUDIT_REQUEST},
    {&sql_retention_event, RETENTION_EVENT, 0},
    {&sql_retention_data_key, RETENTION_DATA_KEY, 0},
    {&sql_retention_event_key, RETENTION_EVENT_KEY, 0},
    {&sql_retention_early_reversal, RETENTION_EARLY_REVERSAL, 0},
    {&sql_retention_job, RETENTION_JOB, 0},
    {&sql_retention_staff, RETENTION_STAFF, AUDIT_STAFF},
    {&sql_retention_legal_hold, RETENTION_LEGAL_HOLD, AUDIT_HOLD},
    {&sql_retention_retention_run, RETENTION_RUN, 0},
};
#define SWEEPS     (sizeof(sweeps) / sizeof(sweeps[0]))
#define SWEEPS_OWN 5 /* the first, which the server does by itself */

/* The columns of sql/retention/delete_orders.sql after the orders themselves. */
static const enum retention_category order_parts[] = {RETENTION_INVOICE, RETENTION_PAYMENT, RETENTION_DECISION,
                                                      RETENTION_REVIEW,  RETENTION_HISTORY, RETENTION_VAT_CHECK};
#define ORDER_PARTS (sizeof(order_parts) / sizeof(order_parts[0]))

/* One run. */
struct sweeping {
    struct store *store;
    const struct retention_run *run;
    struct retention_counts *counts;
    struct uuid id; /* of its row */
};

/* ---- one category by itself ---- */

/* Of rows that are gone: "ID,ID,...". */
static void touch_gone(struct store *store, enum audit_facet facet, const char *ids)
{
    struct uuid id;
    for (const char *at = ids; at != NULL && *at != '\0'; at += strcspn(at, ","), at += *at == ',') {
        if (uuid_parse(at, strcspn(at, ","), &id) == STATUS_OK)
            store_audit_touch(store, facet, NULL, &id);
    }
}

static enum status sweep_rows(struct store *store, struct arena *arena, size_t index, int64_t now_us, size_t limit,
                              bool really, int64_t *rows, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, retention_cutoff_us(sweeps[index].category, false, now_us));
    if (limit > 0)
        pg_params_add_int64(&params, (int64_t)limit);
    else
        pg_params_add_null(&params, PG_INT64);
    pg_params_add_bool(&params, really);
    enum status status = pg_execute(store->pg, sweeps[index].statement, &params, &result, error);
    if (status == STATUS_OK)
        *rows = pg_get_int64(result, 0, 0);
    if (status == STATUS_OK && really && sweeps[index].facet != 0)
        touch_gone(store, sweeps[index].facet, pg_get_text(result, 0, 1));
    pg_result_free(result);
    return status;
}

enum status store_retention_forget(struct store *store, struct arena *arena, size_t limit, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < SWEEPS_OWN && status == STATUS_OK; i++) {
        int64_t rows;
        status = sweep_rows(store, arena, i, clock_now_us(), limit, true, &rows, error);
    }
    return status;
}

/* ---- a batch and its note ---- */

static bool is_stopping(const struct sweeping *sweeping)
{
    return sweeping->run->is_stopping != NULL && sweeping->run->is_stopping(sweeping->run->context);
}

static enum status note_rows(struct sweeping *sweeping, struct arena *arena, const struct retention_counts *batch,
                             struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &sweeping->id);
    struct pg_array *names = pg_array_begin(&params, PG_TEXT_ARRAY);
    for (int i = 0; i < RETENTION_CATEGORIES; i++)
        pg_array_add_text(names, retention_rule_of((enum retention_category)i)->name);
    pg_array_end(names);
    struct pg_array *rows = pg_array_begin(&params, PG_INT64_ARRAY);
    for (int i = 0; i < RETENTION_CATEGORIES; i++)
        pg_array_add_int64(rows, batch->rows[i]);
    pg_array_end(rows);
    return pg_execute(sweeping->store->pg, &sql_retention_note_rows, &params, NULL, error);
}

static enum status begin_batch(struct sweeping *sweeping, struct error *error)
{
    enum status status = pg_begin(sweeping->store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(sweeping->store->pg, &sql_retention_lock_holds, NULL, NULL, error);
    return status;
}

/* Commits what was deleted and its note together; a dry run leaves nothing. `status` is that of the deletion. */
static enum status end_batch(struct sweeping *sweeping, struct arena *arena, const struct retention_counts *batch,
                             enum status status, struct error *error)
{
    if (status == STATUS_OK && !sweeping->run->dry_run) {
        status = note_rows(sweeping, arena, batch, error);
        if (status == STATUS_OK)
            status = store_commit(sweeping->store, error);
    }
    pg_rollback(sweeping->store->pg);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < RETENTION_CATEGORIES; i++)
        sweeping->counts->rows[i] += batch->rows[i];
    if (sweeping->run->progress != NULL)
        sweeping->run->progress(sweeping->run->context, sweeping->counts);
    return STATUS_OK;
}

static enum status sweep_category(struct sweeping *sweeping, struct arena *arena, size_t index, struct error *error)
{
    const struct retention_run *run = sweeping->run;
    size_t limit = run->dry_run ? 0 : RETENTION_BATCH_ROWS;
    bool more = true;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && more && !is_stopping(sweeping)) {
        struct retention_counts batch = {{0}};
        int64_t *rows = &batch.rows[sweeps[index].category];
        arena_reset(arena);
        status = begin_batch(sweeping, error);
        if (status == STATUS_OK)
            status = sweep_rows(sweeping->store, arena, index, run->now_us, limit, !run->dry_run, rows, error);
        status = end_batch(sweeping, arena, &batch, status, error);
        more = !run->dry_run && *rows >= RETENTION_BATCH_ROWS;
    }
    return status;
}

/* ---- the audit log ---- */

/* Its leaves end by the month, all of a run's in one transaction: it is a beginning of the log that goes. */
static enum status sweep_audit(struct sweeping *sweeping, struct arena *arena, struct error *error)
{
    struct retention_counts batch = {{0}};
    int year, month, day;
    int64_t cutoff_us = retention_cutoff_us(RETENTION_AUDIT, false, sweeping->run->now_us);
    clock_date_from_days(calendar_amsterdam_day(cutoff_us), &year, &month, &day);
    int64_t before_us = calendar_start_of_amsterdam_day_us(clock_days_from_date(year, month, 1));
    if (is_stopping(sweeping))
        return STATUS_OK;
    arena_reset(arena);
    enum status status = begin_batch(sweeping, error);
    if (status == STATUS_OK)
        status = store_audit_prune(sweeping->store, arena, before_us, !sweeping->run->dry_run,
                                   &batch.rows[RETENTION_AUDIT], error);
    return end_batch(sweeping, arena, &batch, status, error);
}

/* ---- orders ---- */

static enum status find_orders(struct sweeping *sweeping, struct arena *arena, enum retention_category category,
                               const struct uuid *after, struct uuid **ids, size_t *count, struct error *error)
{
    int64_t cutoff_us = retention_cutoff_us(category, false, sweeping->run->now_us);
    struct uuid bound = uuid_first_of(cutoff_us + ID_SLACK_US);
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, cutoff_us);
    pg_params_add_uuid(&params, after);
    pg_params_add_uuid(&params, &bound);
    pg_params_add_int64(&params, RETENTION_BATCH_ORDERS);
    if (category == RETENTION_ORDER)
        pg_params_add_time(&params, retention_cutoff_us(category, true, sweeping->run->now_us));
    const struct pg_statement *statement =
        category == RETENTION_ORDER ? &sql_retention_order : &sql_retention_unpaid_order;
    enum status status = pg_execute(sweeping->store->pg, statement, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *ids = ARENA_ARRAY(arena, struct uuid, *count);
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = pg_get_uuid(result, i, 0);
    pg_result_free(result);
    return STATUS_OK;
}

/* Under the lock, what has just happened to an order is seen, and it is left alone. */
static enum status lock_orders(struct sweeping *sweeping, struct arena *arena, const struct uuid *ids, size_t count,
                               struct error *error)
{
    struct pg_params params;
    if (sweeping->run->dry_run)
        return STATUS_OK;
    pg_params_init(&params, arena);
    store_add_uuids(&params, ids, count);
    return pg_execute(sweeping->store->pg, &sql_retention_lock_orders, &params, NULL, error);
}

static enum status delete_orders(struct sweeping *sweeping, struct arena *arena, enum retention_category category,
                                 const struct uuid *ids, size_t count, struct retention_counts *batch,
                                 struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    store_add_uuids(&params, ids, count);
    pg_params_add_time(&params, retention_cutoff_us(category, false, sweeping->run->now_us));
    pg_params_add_bool(&params, !sweeping->run->dry_run);
    pg_params_add_bool(&params, category == RETENTION_UNPAID_ORDER);
    pg_params_add_time(&params, retention_cutoff_us(category, true, sweeping->run->now_us));
    enum status status = pg_execute(sweeping->store->pg, &sql_retention_delete_orders, &params, &result, error);
    if (status == STATUS_OK) {
        batch->rows[category] = pg_get_int64(result, 0, 0);
        for (size_t i = 0; i < count && !sweeping->run->dry_run; i++)
            store_audit_touch(sweeping->store, AUDIT_ORDER, NULL, &ids[i]);
        for (size_t i = 0; i < ORDER_PARTS; i++)
            batch->rows[order_parts[i]] = pg_get_int64(result, 0, (int)i + 1);
    }
    pg_result_free(result);
    return status;
}

static enum status sweep_orders(struct sweeping *sweeping, struct arena *arena, enum retention_category category,
                                struct error *error)
{
    struct uuid after = {{0}};
    size_t count = RETENTION_BATCH_ORDERS;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count == RETENTION_BATCH_ORDERS && !is_stopping(sweeping)) {
        struct retention_counts batch = {{0}};
        struct uuid *ids = NULL;
        arena_reset(arena);
        status = begin_batch(sweeping, error);
        if (status == STATUS_OK)
            status = find_orders(sweeping, arena, category, &after, &ids, &count, error);
        if (status == STATUS_OK && count > 0) {
            after = ids[count - 1];
            status = lock_orders(sweeping, arena, ids, count, error);
            if (status == STATUS_OK)
                status = delete_orders(sweeping, arena, category, ids, count, &batch, error);
        }
        status = end_batch(sweeping, arena, &batch, status, error);
    }
    return status;
}

static enum status sweep_all(struct sweeping *sweeping, struct error *error)
{
    struct arena *arena = arena_new();
    enum status status = STATUS_OK;
    for (size_t i = 0; i < SWEEPS && status == STATUS_OK; i++)
        status = sweep_category(sweeping, arena, i, error);
    if (status == STATUS_OK)
        status = sweep_orders(sweeping, arena, RETENTION_UNPAID_ORDER, error);
    if (status == STATUS_OK)
        status = sweep_orders(sweeping, arena, RETENTION_ORDER, error);
    if (status == STATUS_OK)
        status = sweep_audit(sweeping, arena, error);
    arena_free(arena);
    return status;
}

/* ---- a run and its row ---- */

static enum status begin_run(struct sweeping *sweeping, struct arena *arena, struct error *error)
{
    struct pg_params params;
    if (sweeping->run->dry_run)
        return STATUS_OK;
    sweeping->id = uuid_new();
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &sweeping->id);
    pg_params_add_text(&params, sweeping->run->origin);
    pg_params_add_text(&params, retention_version);
    pg_params_add_text(&params, retention_hash);
    pg_params_add_time(&params, sweeping->run->now_us);
    return pg_execute(sweeping->store->pg, &sql_retention_begin_run, &params, NULL, error);
}

/* How it ended; a run that can't say so is one that was broken off. */
static enum status end_run(struct sweeping *sweeping, struct arena *arena, enum status outcome, struct error *error)
{
    const char *word = outcome != STATUS_OK ? "failed" : is_stopping(sweeping) ? "stopped" : "done";
    struct error ignored;
    struct pg_params params;
    if (sweeping->run->dry_run)
        return outcome;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &sweeping->id);
    pg_params_add_time(&params, clock_now_us());
    pg_params_add_text(&params, word);
    enum status status =
        pg_execute(sweeping->store->pg, &sql_retention_end_run, &params, NULL, outcome == STATUS_OK ? error : &ignored);
    return outcome == STATUS_OK ? status : outcome;
}

/* Nothing comes back: a clock that is wrong may not look like a term that is over. */
static enum status check_clock(struct store *store, struct arena *arena, const struct retention_run *run,
                               struct error *error)
{
    int64_t database_us;
    const char *mode = NULL;
    enum status status = store_database_clock(store, &database_us, error);
    if (status == STATUS_OK)
        status = store_installation_mode_find(store, arena, &mode, error);
    if (status != STATUS_OK)
        return status;
    if (run->clock_offset_us != 0 && mode != NULL && strcmp(mode, "live") == 0)
        return error_set(error, STATUS_FORBIDDEN, "clock_shifted",
                         "AKKOORD_CLOCK_OFFSET is set, and this is the database of a live installation");
    int64_t apart_us = run->now_us - run->clock_offset_us - database_us;
    if (apart_us > RETENTION_CLOCK_APART_US || apart_us < -RETENTION_CLOCK_APART_US)
        return error_set(error, STATUS_CONFLICT, "clock_apart",
                         "this machine's clock and the database's are more than a day apart: nothing is deleted");
    return STATUS_OK;
}

static enum status run_locked(struct sweeping *sweeping, struct arena *arena, struct error *error)
{
    enum status status = check_clock(sweeping->store, arena, sweeping->run, error);
    if (status == STATUS_OK)
        status = begin_run(sweeping, arena, error);
    if (status != STATUS_OK)
        return status;
    status = sweep_all(sweeping, error);
    return end_run(sweeping, arena, status, error);
}

enum status store_retention_run(struct store *store, const struct retention_run *run, struct retention_counts *counts,
                                struct error *error)
{
    struct sweeping sweeping = {.store = store, .run = run, .counts = counts};
    struct pg_result *result = NULL;
    struct error ignored;
    *counts = (struct retention_counts){{0}};
    enum status status = pg_execute(store->pg, &sql_retention_try_lock, NULL, &result, error);
    bool is_ours = status == STATUS_OK && pg_get_bool(result, 0, 0);
    pg_result_free(result);
    if (status == STATUS_OK && !is_ours)
        return error_set(error, STATUS_CONFLICT, "retention_busy", "another retention run is under way");
    if (status != STATUS_OK)
        return status;
    struct arena *arena = arena_new();
    status = run_locked(&sweeping, arena, error);
    arena_free(arena);
    /* The lock ends with the session too. */
    if (pg_execute(store->pg, &sql_retention_unlock, NULL, NULL, &ignored) != STATUS_OK)
        pg_disconnect(store->pg);
    return status;
}

enum status store_retention_last_run(struct store *store, struct arena *arena, int64_t now_us, int64_t *started_us,
                                     struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, now_us);
    enum status status = pg_execute(store->pg, &sql_retention_last_run, &params, &result, error);
    if (status == STATUS_OK)
        *started_us = pg_result_rows(result) > 0 ? pg_get_time(result, 0, 0) : 0;
    pg_result_free(result);
    return status;
}
