/* Reads orders with their payments, documents and opened content. Whatever thread owns the store runs it. */
#include "akkoord/store/orders.h"

#include "akkoord/pg/sql.h"
#include "rows.h"

/* Columns of sql/order/find.sql; those before FIND_CONTENT_VERSION are those of the lists too. */
enum {
    FIND_ID,
    FIND_NUMBER,
    FIND_CUSTOMER_ID,
    FIND_STATUS,
    FIND_LANGUAGE,
    FIND_CURRENCY,
    FIND_NET,
    FIND_VAT,
    FIND_TOTAL,
    FIND_EXPIRES_AT,
    FIND_CREATED_AT,
    FIND_DECISION_ID,
    FIND_CONTENT_VERSION,
    FIND_CONTENT,
    FIND_KEY_ID,
    FIND_WRAPPED,
    FIND_INFORMATION_VERSION,
    FIND_INFORMATION_SHOWN,
    FIND_VAT_OUTCOME,
    FIND_VAT_CHECKED_AT,
    FIND_VAT_ANSWER,
};

/* Columns of sql/order/payments.sql. */
enum {
    COLUMN_ORDER_ID,
    COLUMN_ID,
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
    COLUMN_IS_ATTEMPT,
    COLUMN_CHECKOUT_URL,
    COLUMN_CREATED_AT,
};

static enum status unreadable(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "order_unreadable", "a word in the database is not known here");
}

/* ---- rows ---- */

static enum status read_row(const struct pg_result *result, size_t row, struct stored_order *order, struct error *error)
{
    *order = (struct stored_order){
        .id = pg_get_uuid(result, row, FIND_ID),
        .customer_id = pg_get_uuid(result, row, FIND_CUSTOMER_ID),
        .net_minor = pg_get_int64(result, row, FIND_NET),
        .vat_minor = pg_get_int64(result, row, FIND_VAT),
        .total_minor = pg_get_int64(result, row, FIND_TOTAL),
        .expires_at_us = pg_get_time(result, row, FIND_EXPIRES_AT),
        .created_at_us = pg_get_time(result, row, FIND_CREATED_AT),
        .decision_id = pg_get_optional_uuid(result, row, FIND_DECISION_ID),
    };
    store_read_text(result, row, FIND_NUMBER, order->number, sizeof(order->number));
    store_read_text(result, row, FIND_CURRENCY, order->currency, sizeof(order->currency));
    if (order_status_parse(pg_get_text(result, row, FIND_STATUS), &order->status) != STATUS_OK ||
        language_parse(pg_get_text(result, row, FIND_LANGUAGE), &order->language) != STATUS_OK)
        return unreadable(error);
    return STATUS_OK;
}

static enum status read_payment(struct arena *arena, const struct pg_result *result, size_t row,
                                struct payment *payment, struct error *error)
{
    *payment = (struct payment){
        .id = pg_get_uuid(result, row, COLUMN_ID),
        .amount_minor = pg_get_int64(result, row, COLUMN_AMOUNT),
        .live = pg_get_bool(result, row, COLUMN_LIVE),
        .reversal = {.refunded_minor = pg_get_int64(result, row, COLUMN_REFUNDED),
                     .refunded_in_full = pg_get_bool(result, row, COLUMN_REFUNDED_IN_FULL),
                     .charged_back = pg_get_bool(result, row, COLUMN_CHARGED_BACK)},
        .is_attempt = pg_get_bool(result, row, COLUMN_IS_ATTEMPT),
        .created_at_us = pg_get_time(result, row, COLUMN_CREATED_AT),
        .checkout_url = arena_copy_text(arena, pg_get_text(result, row, COLUMN_CHECKOUT_URL)),
    };
    store_read_text(result, row, COLUMN_PROVIDER, payment->provider, sizeof(payment->provider));
    store_read_text(result, row, COLUMN_PROVIDER_PAYMENT_ID, payment->provider_payment_id,
                    sizeof(payment->provider_payment_id));
    store_read_text(result, row, COLUMN_PROVIDER_ALIAS, payment->provider_alias, sizeof(payment->provider_alias));
    store_read_text(result, row, COLUMN_CURRENCY, payment->currency, sizeof(payment->currency));
    if (payment_status_parse(pg_get_text(result, row, COLUMN_STATUS), &payment->status) != STATUS_OK)
        return unreadable(error);
    return STATUS_OK;
}

static struct stored_order *order_by_id(struct stored_order *orders, size_t count, const struct uuid *id)
{
    for (size_t i = 0; i < count; i++) {
        if (uuid_equal(&orders[i].id, id))
            return &orders[i];
    }
    return NULL;
}

/* ---- what belongs to them ---- */

/* Rows come grouped by order: each order gets its stretch of one array. */
static enum status share_payments(struct arena *arena, const struct pg_result *result, struct stored_order *orders,
                                  size_t count, struct error *error)
{
    size_t rows = pg_result_rows(result);
    struct payment *payments = ARENA_ARRAY(arena, struct payment, rows);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < rows && status == STATUS_OK; i++) {
        struct uuid order_id = pg_get_uuid(result, i, COLUMN_ORDER_ID);
        struct stored_order *order = order_by_id(orders, count, &order_id);
        if (order->payments_count++ == 0)
            order->payments = &payments[i];
        status = read_payment(arena, result, i, &payments[i], error);
    }
    return status;
}

static enum status load_payments(struct store *store, struct arena *arena, const struct uuid *ids,
                                 struct stored_order *orders, size_t count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    store_add_uuids(&params, ids, count);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_order_payments, &params, &result, error);
    if (status == STATUS_OK)
        status = share_payments(arena, result, orders, count, error);
    pg_result_free(result);
    return status;
}

static enum status load_documents(struct store *store, struct arena *arena, const struct uuid *ids,
                                  struct stored_order *orders, size_t count, struct error *error)
{
    struct stored_document *documents;
    size_t documents_count;
    enum status status = store_documents_of_orders(store, arena, ids, count, &documents, &documents_count, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < documents_count; i++) {
        struct stored_order *order = order_by_id(orders, count, &documents[i].order_id);
        if (order->documents_count++ == 0)
            order->documents = &documents[i];
    }
    return STATUS_OK;
}

static enum status load_newest_decisions(struct store *store, struct arena *arena, struct stored_order *orders,
                                         size_t count, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, count);
    size_t ids_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!uuid_is_nil(&orders[i].decision_id))
            ids[ids_count++] = orders[i].decision_id;
    }
    if (ids_count == 0)
        return STATUS_OK;
    struct stored_decision *decisions;
    size_t decisions_count;
    enum status status = store_decisions_find(store, arena, ids, ids_count, &decisions, &decisions_count, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < decisions_count; i++)
        order_by_id(orders, count, &decisions[i].decision.order_id)->decision = &decisions[i];
    return STATUS_OK;
}

static enum status load_parts(struct store *store, struct arena *arena, struct stored_order *orders, size_t count,
                              struct error *error)
{
    if (count == 0)
        return STATUS_OK;
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = orders[i].id;
    enum status status = load_payments(store, arena, ids, orders, count, error);
    if (status == STATUS_OK)
        status = load_documents(store, arena, ids, orders, count, error);
    return status;
}

/* Under the key of the content. */
static enum status open_vat_check(struct arena *arena, const struct pg_result *result, const struct data_key *key,
                                  struct stored_order *order, struct error *error)
{
    size_t length;
    struct stored_vat_check *stored = &order->vat_check;
    if (pg_is_null(result, 0, FIND_VAT_OUTCOME))
        return STATUS_OK;
    const uint8_t *blob = pg_get_bytes(result, 0, FIND_VAT_ANSWER, &length);
    enum status status =
        vat_check_open(arena, key, &order->id, &order->customer_id, blob, length, &stored->check, error);
    if (status != STATUS_OK)
        return status;
    stored->is_there = true;
    stored->checked_at_us = pg_get_time(result, 0, FIND_VAT_CHECKED_AT);
    if (vat_check_outcome_parse(pg_get_text(result, 0, FIND_VAT_OUTCOME), &stored->check.outcome) != STATUS_OK)
        return unreadable(error);
    return STATUS_OK;
}

static enum status open_content(struct store *store, struct arena *arena, const struct pg_result *result,
                                struct stored_order *order, struct error *error)
{
    if (pg_is_null(result, 0, FIND_WRAPPED))
        return error_set(error, STATUS_NOT_FOUND, "data_key_erased", "the content of this order was destroyed");
    struct uuid key_id = pg_get_uuid(result, 0, FIND_KEY_ID);
    size_t wrapped_length;
    const uint8_t *wrapped = pg_get_bytes(result, 0, FIND_WRAPPED, &wrapped_length);
    size_t blob_length;
    const uint8_t *blob = pg_get_bytes(result, 0, FIND_CONTENT, &blob_length);
    const struct order_content_place place = {.order_id = order->id,
                                              .customer_id = order->customer_id,
                                              .content_version = pg_get_int64(result, 0, FIND_CONTENT_VERSION)};
    struct data_key key;
    enum status status =
        store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, wrapped_length, &key, error);
    if (status != STATUS_OK)
        return status;
    status = order_content_open(arena, &key, &place, blob, blob_length, &order->content, error);
    if (status == STATUS_OK)
        status = open_vat_check(arena, result, &key, order, error);
    vault_data_key_release(&key);
    return status;
}

/* ---- the two ways to ask ---- */

enum status store_order_find(struct store *store, struct arena *arena, const struct uuid *id,
                             const struct uuid *customer_id, struct stored_order *order, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_uuid(&params, customer_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_order_find, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such order");
    if (status == STATUS_OK)
        status = read_row(result, 0, order, error);
    if (status == STATUS_OK) {
        order->information_version = arena_copy_text(arena, pg_get_text(result, 0, FIND_INFORMATION_VERSION));
        order->information_shown = pg_get_bool(result, 0, FIND_INFORMATION_SHOWN);
        status = open_content(store, arena, result, order, error);
    }
    pg_result_free(result);
    if (status == STATUS_OK)
        status = load_parts(store, arena, order, 1, error);
    return status;
}

static enum status list_orders(struct store *store, struct arena *arena, const struct uuid *customer_id,
                               const enum order_status *only, const struct uuid *after, size_t limit,
                               struct stored_order **orders, size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    if (customer_id != NULL)
        pg_params_add_uuid(&params, customer_id);
    pg_params_add_text(&params, only != NULL ? order_status_name(*only) : NULL);
    pg_params_add_uuid(&params, uuid_is_nil(after) ? NULL : after);
    pg_params_add_int64(&params, (int64_t)limit);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, customer_id != NULL ? &sql_order_list_of_customer : &sql_order_list,
                                    &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *orders = ARENA_ARRAY(arena, struct stored_order, *count);
    for (size_t i = 0; i < *count && status == STATUS_OK; i++)
        status = read_row(result, i, &(*orders)[i], error);
    pg_result_free(result);
    if (status == STATUS_OK)
        status = load_parts(store, arena, *orders, *count, error);
    if (status == STATUS_OK)
        status = load_newest_decisions(store, arena, *orders, *count, error);
    return status;
}

enum status store_orders_list(struct store *store, struct arena *arena, const struct uuid *customer_id,
                              const enum order_status *only, const struct uuid *after, size_t limit,
                              struct stored_order **orders, size_t *count, struct error *error)
{
    enum status status = pg_begin_snapshot(store->pg, error);
    if (status == STATUS_OK)
        status = list_orders(store, arena, customer_id, only, after, limit, orders, count, error);
    pg_rollback(store->pg);
    return status;
}
