/* Reads akkoord.payment for staff and jobs. Whatever thread owns the store runs it. Writes only when to look again. */
#include "akkoord/store/payments.h"

#include "akkoord/pg/sql.h"
#include "akkoord/store/jobs.h"
#include "rows.h"

enum {
    COLUMN_ID,
    COLUMN_ORDER_ID,
    COLUMN_PROVIDER,
    COLUMN_PROVIDER_PAYMENT_ID,
    COLUMN_PROVIDER_ALIAS,
    COLUMN_STATUS,
    COLUMN_AMOUNT,
    COLUMN_CURRENCY,
    COLUMN_LIVE,
    COLUMN_REFUNDED,
    COLUMN_REFUNDED_IN_FULL,
    COLUMN_CHARGED_BACK,
    COLUMN_CHECKOUT_URL,
    COLUMN_CREATED_AT,
    COLUMN_FAILED_REFUNDS,
};

static enum status read_row(struct arena *arena, const struct pg_result *result, size_t row,
                            struct listed_payment *listed, struct error *error)
{
    struct payment *payment = &listed->payment;
    payment->id = pg_get_uuid(result, row, COLUMN_ID);
    store_read_text(result, row, COLUMN_PROVIDER, payment->provider, sizeof(payment->provider));
    store_read_text(result, row, COLUMN_PROVIDER_PAYMENT_ID, payment->provider_payment_id,
                    sizeof(payment->provider_payment_id));
    store_read_text(result, row, COLUMN_PROVIDER_ALIAS, payment->provider_alias, sizeof(payment->provider_alias));
    store_read_text(result, row, COLUMN_CURRENCY, payment->currency, sizeof(payment->currency));
    payment->amount_minor = pg_get_int64(result, row, COLUMN_AMOUNT);
    payment->live = pg_get_bool(result, row, COLUMN_LIVE);
    payment->reversal.refunded_minor = pg_get_int64(result, row, COLUMN_REFUNDED);
    payment->reversal.refunded_in_full = pg_get_bool(result, row, COLUMN_REFUNDED_IN_FULL);
    payment->reversal.charged_back = pg_get_bool(result, row, COLUMN_CHARGED_BACK);
    payment->created_at_us = pg_get_time(result, row, COLUMN_CREATED_AT);
    listed->order_id = pg_get_uuid(result, row, COLUMN_ORDER_ID);
    listed->failed_refunds = pg_get_int64(result, row, COLUMN_FAILED_REFUNDS);
    payment->checkout_url = arena_copy_text(arena, pg_get_text(result, row, COLUMN_CHECKOUT_URL));
    if (payment_status_parse(pg_get_text(result, row, COLUMN_STATUS), &payment->status) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "payment_unreadable", "a payment has a status that is not known");
    return STATUS_OK;
}

enum status store_payments_list(struct store *store, struct arena *arena, const enum payment_status *only,
                                const struct uuid *after, size_t limit, struct listed_payment **payments, size_t *count,
                                struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, only != NULL ? payment_status_name(*only) : NULL);
    pg_params_add_uuid(&params, uuid_is_nil(after) ? NULL : after);
    pg_params_add_int64(&params, (int64_t)limit);
    enum status status = pg_execute(store->pg, &sql_payment_list, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *payments = ARENA_ARRAY(arena, struct listed_payment, *count);
    for (size_t i = 0; i < *count && status == STATUS_OK; i++)
        status = read_row(arena, result, i, &(*payments)[i], error);
    pg_result_free(result);
    return status;
}

enum status store_payment_find(struct store *store, struct arena *arena, const struct uuid *id,
                               struct listed_payment *payment, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    *payment = (struct listed_payment){.order_id = {{0}}};
    enum status status = pg_execute(store->pg, &sql_payment_find, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "no such payment");
    else
        status = read_row(arena, result, 0, payment, error);
    pg_result_free(result);
    return status;
}

enum status store_payment_was_refunded(struct store *store, struct arena *arena, const char *provider,
                                       const char *provider_payment_id, bool *was_refunded, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, provider);
    pg_params_add_text(&params, provider_payment_id);
    enum status status = pg_execute(store->pg, &sql_payment_was_refunded, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *was_refunded = pg_get_bool(result, 0, 0);
    pg_result_free(result);
    return STATUS_OK;
}

/* ---- payments that are looked after ---- */

enum status store_payments_to_ask(struct store *store, struct arena *arena, int64_t now_us, size_t limit,
                                  struct open_payment **payments, size_t *count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, now_us);
    pg_params_add_int64(&params, (int64_t)limit);
    enum status status = pg_execute(store->pg, &sql_payment_to_ask, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *payments = ARENA_ARRAY(arena, struct open_payment, *count);
    for (size_t i = 0; i < *count && status == STATUS_OK; i++) {
        struct open_payment *payment = &(*payments)[i];
        *payment = (struct open_payment){
            .id = pg_get_uuid(result, i, 0),
            .provider = arena_copy_text(arena, pg_get_text(result, i, 1)),
            .provider_payment_id = arena_copy_text(arena, pg_get_text(result, i, 2)),
            .asked = pg_get_int64(result, i, 4),
            .since_us = pg_get_time(result, i, 5),
        };
        if (payment_status_parse(pg_get_text(result, i, 3), &payment->status) != STATUS_OK)
            status =
                error_set(error, STATUS_INTERNAL, "payment_unreadable", "a payment has a status that is not known");
    }
    pg_result_free(result);
    return status;
}

enum status store_payments_set_asked(struct store *store, struct arena *arena, const struct open_payment *payments,
                                     size_t count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    struct pg_array *ids = pg_array_begin(&params, PG_UUID_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_uuid(ids, &payments[i].id);
    pg_array_end(ids);
    struct pg_array *asked = pg_array_begin(&params, PG_INT64_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_int64(asked, payments[i].asked);
    pg_array_end(asked);
    struct pg_array *times = pg_array_begin(&params, PG_TIME_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_time(times, payments[i].ask_at_us);
    pg_array_end(times);
    return pg_execute(store->pg, &sql_payment_set_asked, &params, NULL, error);
}

enum status store_payments_to_refund(struct store *store, struct arena *arena, const char *provider, size_t limit,
                                     struct uuid **ids, size_t *count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, provider);
    pg_params_add_text(&params, job_refund_kind(arena, provider));
    pg_params_add_int64(&params, (int64_t)limit);
    enum status status = pg_execute(store->pg, &sql_payment_to_refund, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *ids = ARENA_ARRAY(arena, struct uuid, *count);
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = pg_get_uuid(result, i, 0);
    pg_result_free(result);
    return status;
}
