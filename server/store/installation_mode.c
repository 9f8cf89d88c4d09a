/* The mode that a database was stamped with. Whatever thread owns the store. */
#include "akkoord/store/installation_mode.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

enum status store_installation_mode_stamp(struct store *store, struct arena *arena, const char *mode,
                                          struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, mode);
    pg_params_add_time(&params, clock_now_us());
    enum status status = pg_execute(store->pg, &sql_installation_stamp_mode, &params, NULL, error);
    if (status != STATUS_OK)
        return status;
    struct pg_result *result = NULL;
    status = pg_execute(store->pg, &sql_installation_mode, NULL, &result, error);
    if (status != STATUS_OK)
        return status;
    const char *stamped = pg_get_text(result, 0, 0);
    if (strcmp(stamped, mode) != 0)
        status = error_set_field(error, STATUS_CONFLICT, "mode_mismatch", "AKKOORD_MODE",
                                 "must be %s: that is what this database was made for, for good", stamped);
    pg_result_free(result);
    return status;
}
