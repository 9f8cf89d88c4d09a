/* The mode that a database was stamped with, and its clock. Whatever thread owns the store. */
#include "akkoord/store/installation_mode.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

enum status store_installation_mode_find(struct store *store, struct arena *arena, const char **mode,
                                         struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_installation_mode, NULL, &result, error);
    if (status != STATUS_OK)
        return status;
    *mode = pg_result_rows(result) > 0 ? arena_copy_text(arena, pg_get_text(result, 0, 0)) : NULL;
    pg_result_free(result);
    return STATUS_OK;
}

enum status store_installation_mode_stamp(struct store *store, struct arena *arena, const char *mode,
                                          struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, mode);
    pg_params_add_time(&params, clock_now_us());
    enum status status = pg_execute(store->pg, &sql_installation_stamp_mode, &params, NULL, error);
    const char *stamped = NULL;
    if (status == STATUS_OK)
        status = store_installation_mode_find(store, arena, &stamped, error);
    if (status == STATUS_OK && (stamped == NULL || strcmp(stamped, mode) != 0))
        return error_set_field(error, STATUS_CONFLICT, "mode_mismatch", "AKKOORD_MODE",
                               "must be %s: that is what this database was made for, for good",
                               stamped != NULL ? stamped : "set");
    return status;
}

enum status store_database_clock(struct store *store, int64_t *time_us, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_installation_clock, NULL, &result, error);
    if (status == STATUS_OK)
        *time_us = pg_get_time(result, 0, 0);
    pg_result_free(result);
    return status;
}
