/* Dead letters of the outbox. Whatever thread owns the store runs it. Never touches a job that is alive. */
#include "akkoord/store/dead_jobs.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

static const struct uuid last_id = {
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

enum status store_dead_jobs_list(struct store *store, struct arena *arena, const struct uuid *after, size_t limit,
                                 struct dead_job **jobs, size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, uuid_is_nil(after) ? &last_id : after);
    pg_params_add_int64(&params, (int64_t)limit);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_job_list_dead, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *jobs = ARENA_ARRAY(arena, struct dead_job, *count);
    for (size_t i = 0; i < *count; i++)
        (*jobs)[i] = (struct dead_job){
            .id = pg_get_uuid(result, i, 0),
            .kind = arena_copy_text(arena, pg_get_text(result, i, 1)),
            .payload = arena_copy_text(arena, pg_get_text(result, i, 2)),
            .attempts = pg_get_int64(result, i, 3),
            .last_error = arena_copy_text(arena, pg_get_text(result, i, 4)),
            .run_at_us = pg_get_time(result, i, 5),
            .created_at_us = pg_get_time(result, i, 6),
        };
    pg_result_free(result);
    return STATUS_OK;
}

enum status store_dead_job_retry(struct store *store, struct arena *arena, const struct uuid *id, const char **kind,
                                 struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_time(&params, clock_now_us());
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_job_retry_dead, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    bool exists = pg_get_bool(result, 0, 0);
    bool was_dead = pg_get_bool(result, 0, 1);
    *kind = arena_copy_text(arena, pg_get_text(result, 0, 2));
    pg_result_free(result);
    if (!exists)
        return error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such job (any more)");
    if (!was_dead)
        return error_set(error, STATUS_CONFLICT, "job_not_dead", "this job was not given up: it is tried anyway");
    return STATUS_OK;
}
