/* Adds to and reads akkoord.history. Whatever thread owns the store runs it. Changes nothing that is there. */
#include "akkoord/store/history.h"

#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"

enum status store_history_add(struct store *store, struct arena *arena, const struct history_step *step,
                              const struct uuid *review_id, struct error *error)
{
    struct uuid id = uuid_new();
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &id);
    pg_params_add_uuid(&params, &step->order_id);
    pg_params_add_uuid(&params, review_id);
    pg_params_add_text(&params, step->step);
    pg_params_add_text(&params, actor_name(step->actor));
    pg_params_add_uuid(&params, uuid_is_nil(&step->staff_id) ? NULL : &step->staff_id);
    pg_params_add_time(&params, step->at_us);
    return store_execute_touching(store, &sql_history_insert, &params, NULL, AUDIT_HISTORY, &step->order_id, &id,
                                  error);
}

enum status store_history_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                   struct history_entry **entries, size_t *count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, order_id);
    enum status status = pg_execute(store->pg, &sql_history_of_order, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *entries = ARENA_ARRAY(arena, struct history_entry, *count);
    for (size_t i = 0; i < *count; i++)
        (*entries)[i] = (struct history_entry){
            .id = pg_get_uuid(result, i, 0),
            .review_id = pg_get_optional_uuid(result, i, 1),
            .step = arena_copy_text(arena, pg_get_text(result, i, 2)),
            .actor = arena_copy_text(arena, pg_get_text(result, i, 3)),
            .staff_id = pg_get_optional_uuid(result, i, 4),
            .at_us = pg_get_time(result, i, 5),
        };
    pg_result_free(result);
    return STATUS_OK;
}
