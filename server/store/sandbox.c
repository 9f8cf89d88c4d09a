/* The sandbox's look at its payments. Whatever thread owns the store; changes nothing. */
#include "akkoord/store/sandbox.h"

#include "akkoord/pg/sql.h"

static enum status read_payment(struct arena *arena, const struct pg_result *result, struct sandbox_payment *payment,
                                struct error *error)
{
    *payment = (struct sandbox_payment){
        .payment_id = arena_copy_text(arena, pg_get_text(result, 0, 0)),
        .order_id = pg_get_uuid(result, 0, 1),
        .order_number = arena_copy_text(arena, pg_get_text(result, 0, 2)),
        .amount = {.amount_minor = pg_get_int64(result, 0, 4)},
        .refunded_minor = pg_get_int64(result, 0, 7),
    };
    (void)snprintf(payment->amount.currency, sizeof(payment->amount.currency), "%s", pg_get_text(result, 0, 5));
    if (payment_status_parse(pg_get_text(result, 0, 3), &payment->status) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "payment_status", "a payment has a status that is none");
    if (order_status_parse(pg_get_text(result, 0, 6), &payment->order_status) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "order_status", "an order has a status that is none");
    return STATUS_OK;
}

enum status store_sandbox_payment_find(struct store *store, struct arena *arena, const char *payment_id,
                                       struct sandbox_payment *payment, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, payment_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_sandbox_find_payment, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "the sandbox has no such payment");
    else
        status = read_payment(arena, result, payment, error);
    pg_result_free(result);
    return status;
}

enum status store_sandbox_count_arrived(struct store *store, struct arena *arena, const char *const *event_ids,
                                        size_t count, size_t *arrived, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    struct pg_array *ids = pg_array_begin(&params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(ids, event_ids[i]);
    pg_array_end(ids);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_sandbox_count_arrived, &params, &result, error);
    if (status == STATUS_OK)
        *arrived = (size_t)pg_get_int64(result, 0, 0);
    pg_result_free(result);
    return status;
}
