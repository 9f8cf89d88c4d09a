/* What an order is made from, read in one round trip. Whatever thread owns the store runs it. */
#include "akkoord/store/order_basis.h"

#include "akkoord/pg/sql.h"
#include "order_rows.h"

enum status store_order_basis_load(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                   const char *const *skus, size_t skus_count, struct order_basis *basis,
                                   struct error *error)
{
    struct pg_params customer;
    struct pg_params named;
    pg_params_init(&customer, arena);
    pg_params_add_uuid(&customer, customer_id);
    pg_params_init(&named, arena);
    struct pg_array *array = pg_array_begin(&named, PG_TEXT_ARRAY);
    for (size_t i = 0; i < skus_count; i++)
        pg_array_add_text(array, skus[i]);
    pg_array_end(array);
    struct pg_batch_item items[] = {{.statement = &sql_customer_load, .params = &customer},
                                    {.statement = &sql_service_find, .params = &named},
                                    {.statement = &sql_order_take_number}};
    enum status status = pg_execute_batch(store->pg, items, 3, NULL, error);
    if (status == STATUS_OK)
        status = store_customer_read(store, arena, items[0].result, customer_id, &basis->customer, error);
    if (status == STATUS_OK)
        status = store_services_read(arena, items[1].result, &basis->services, &basis->services_count, error);
    if (status == STATUS_OK)
        snprintf(basis->number, sizeof(basis->number), "A%07lld", (long long)pg_get_int64(items[2].result, 0, 0));
    pg_batch_release(items, 3);
    return status;
}
