/* Keeps what was told before ordering: see order_information.h. Whatever thread owns the store runs it. */
#include "akkoord/store/order_information.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

enum status store_order_information_keep(struct store *store, struct arena *arena, const char *version,
                                         const char *text_nl, const char *text_en, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, version);
    pg_params_add_text(&params, text_nl);
    pg_params_add_text(&params, text_en);
    pg_params_add_time(&params, clock_now_us());
    return pg_execute(store->pg, &sql_order_information_insert, &params, NULL, error);
}
