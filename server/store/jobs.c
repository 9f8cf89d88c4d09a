/*
 * The outbox and the sweeps. Whatever thread owns the store. A job is held by its row's held_until; rows are locked for
 * the length of one statement only, never while a job runs.
 */
#include "akkoord/store/jobs.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "rows.h"

enum status store_jobs_add(struct store *store, struct arena *arena, const char *kind, const char *const *payloads,
                           size_t count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    store_add_new_uuids(&params, count);
    pg_params_add_text(&params, kind);
    struct pg_array *texts = pg_array_begin(&params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(texts, payloads[i]);
    pg_array_end(texts);
    pg_params_add_time(&params, clock_now_us());
    return pg_execute(store->pg, &sql_job_insert, &params, NULL, error);
}

void store_jobs_keyed_params(struct arena *arena, const char *kind, const struct keyed_job *jobs, size_t count,
                             struct pg_params *params)
{
    pg_params_init(params, arena);
    store_add_new_uuids(params, count);
    pg_params_add_text(params, kind);
    struct pg_array *keys = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(keys, jobs[i].key);
    pg_array_end(keys);
    struct pg_array *payloads = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(payloads, jobs[i].payload);
    pg_array_end(payloads);
    pg_params_add_time(params, clock_now_us());
}

enum status store_jobs_add_keyed(struct store *store, struct arena *arena, const char *kind,
                                 const struct keyed_job *jobs, size_t count, struct error *error)
{
    struct pg_params params;
    if (count == 0)
        return STATUS_OK;
    store_jobs_keyed_params(arena, kind, jobs, count, &params);
    return pg_execute(store->pg, &sql_job_insert_keyed, &params, NULL, error);
}

enum status store_job_take(struct store *store, struct arena *arena, const char *kind, int64_t hold_us, struct job *job,
                           bool *found, struct error *error)
{
    int64_t now_us = clock_now_us();
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, now_us);
    pg_params_add_text(&params, kind);
    pg_params_add_time(&params, now_us + hold_us);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_job_take, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *found = pg_result_rows(result) > 0;
    if (*found)
        *job = (struct job){
            .id = pg_get_uuid(result, 0, 0),
            .kind = arena_copy_text(arena, pg_get_text(result, 0, 1)),
            .payload = arena_copy_text(arena, pg_get_text(result, 0, 2)),
            .attempts = pg_get_int64(result, 0, 3),
            .held_until_us = pg_get_time(result, 0, 4),
            .created_at_us = pg_get_time(result, 0, 5),
            .is_revived = pg_get_bool(result, 0, 6),
        };
    pg_result_free(result);
    return STATUS_OK;
}

enum status store_job_finish(struct store *store, struct arena *arena, const struct job *job, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &job->id);
    return pg_execute(store->pg, &sql_job_finish, &params, NULL, error);
}

enum status store_job_put_back(struct store *store, struct arena *arena, const struct job *job, int64_t run_at_us,
                               const char *code, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &job->id);
    pg_params_add_time(&params, job->held_until_us);
    pg_params_add_time(&params, run_at_us);
    pg_params_add_text(&params, code);
    return pg_execute(store->pg, &sql_job_put_back, &params, NULL, error);
}

enum status store_jobs_count(struct store *store, struct jobs_count *count, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_job_count, NULL, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = (struct jobs_count){.waiting = pg_get_int64(result, 0, 0), .dead = pg_get_int64(result, 0, 1)};
    pg_result_free(result);
    return STATUS_OK;
}

/* ---- what the clock asks for ---- */

enum status store_sweep_find_overdue(struct store *store, struct arena *arena, size_t limit, struct uuid **order_ids,
                                     size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, clock_now_us());
    pg_params_add_int64(&params, (int64_t)limit);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_sweep_overdue_orders, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *order_ids = ARENA_ARRAY(arena, struct uuid, *count);
    for (size_t i = 0; i < *count; i++)
        (*order_ids)[i] = pg_get_uuid(result, i, 0);
    pg_result_free(result);
    return STATUS_OK;
}
