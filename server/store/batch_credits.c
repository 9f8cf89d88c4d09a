/*
 * Reads what was credited of an order, and seals what is credited now. Runs on the committer's thread, while the
 * order's row is locked. An order whose content can't be read (its key was destroyed) is left without: the rules then
 * refuse to touch it, and the batch goes on.
 */
#include "batch_credits.h"

#include "akkoord/base/log.h"
#include "akkoord/domain/tax.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/credit_content.h"
#include "akkoord/store/order_content.h"
#include "rows.h"

/* What is known of an order beside what the rules need. */
struct batch_credits {
    struct order_content content;
    struct data_key billing_key; /* released with the arena */
    struct credit_state state;
    /* Those that came with an Idempotency-Key. */
    const struct credit_request **requests;
    size_t requests_count, requests_capacity;
};

enum {
    LOAD_ORDER_ID,
    LOAD_CONTENT_VERSION,
    LOAD_CONTENT,
    LOAD_WRAPPED,
    LOAD_DOCUMENT_ID,
    LOAD_CREDITS_ID,
    LOAD_DOCUMENT_CONTENT,
    LOAD_PREPAID,
};

static void release_key(void *key)
{
    vault_data_key_release(key);
}

void batch_note_credit_request(struct batch *batch, struct batch_order *order, const struct credit_request *request)
{
    struct batch_credits *credits = order->credits;
    if (credits == NULL || request == NULL || !request->has_key)
        return;
    if (credits->requests_count == credits->requests_capacity) {
        size_t capacity = credits->requests_capacity > 0 ? 2 * credits->requests_capacity : 8;
        const struct credit_request **grown = ARENA_ARRAY(batch->arena, const struct credit_request *, capacity);
        if (credits->requests_count > 0)
            memcpy(grown, credits->requests, credits->requests_count * sizeof(const struct credit_request *));
        credits->requests = grown;
        credits->requests_capacity = capacity;
    }
    credits->requests[credits->requests_count++] = request;
}

enum status batch_find_credit_request(const struct batch_order *order, const struct credit_request *request,
                                      bool *is_repeated, struct error *error)
{
    *is_repeated = false;
    for (size_t i = 0; request->has_key && order->credits != NULL && i < order->credits->requests_count; i++) {
        const struct credit_request *earlier = order->credits->requests[i];
        if (memcmp(earlier->key_sha256, request->key_sha256, SHA256_BYTES) != 0)
            continue;
        if (memcmp(earlier->body_sha256, request->body_sha256, SHA256_BYTES) != 0)
            return error_set(error, STATUS_CONFLICT, "idempotency_mismatch",
                             "this Idempotency-Key came with another body before");
        *is_repeated = true;
    }
    return STATUS_OK;
}

/* ---- loading ---- */

static enum status open_order(struct store *store, const struct batch *batch, const struct pg_result *result,
                              size_t row, const struct batch_order *order, struct batch_credits *credits,
                              struct error *error)
{
    if (pg_is_null(result, row, LOAD_WRAPPED))
        return error_set(error, STATUS_NOT_FOUND, "data_key_erased", "the key of this content was destroyed");
    size_t length;
    const uint8_t *wrapped = pg_get_bytes(result, row, LOAD_WRAPPED, &length);
    enum status status = store_data_key_unwrap(store, &order->billing_key_id, KEY_PURPOSE_BILLING, wrapped, length,
                                               &credits->billing_key, error);
    if (status != STATUS_OK)
        return status;
    arena_on_free(batch->arena, release_key, &credits->billing_key);
    const struct order_content_place place = {.order_id = order->order.id,
                                              .customer_id = order->customer_id,
                                              .content_version = pg_get_int64(result, row, LOAD_CONTENT_VERSION)};
    const uint8_t *blob = pg_get_bytes(result, row, LOAD_CONTENT, &length);
    struct order_content *content = &credits->content;
    status = order_content_open(batch->arena, &credits->billing_key, &place, blob, length, content, error);
    if (status == STATUS_OK)
        status = credit_state_init(&credits->state, batch->arena, content->lines, content->lines_count,
                                   &content->totals, error);
    credits->state.language = content->language;
    credits->state.discount_reason = content->discount_reason;
    return status;
}

static enum status open_credit_note(struct batch *batch, const struct pg_result *result, size_t row,
                                    struct batch_order *order, struct error *error)
{
    struct uuid id = pg_get_uuid(result, row, LOAD_DOCUMENT_ID);
    struct uuid credits_id = pg_get_uuid(result, row, LOAD_CREDITS_ID);
    struct order_content content;
    struct credit_note note;
    size_t length;
    const uint8_t *blob = pg_get_bytes(result, row, LOAD_DOCUMENT_CONTENT, &length);
    enum status status = credit_content_open(batch->arena, &order->credits->billing_key, &id, &order->customer_id, blob,
                                             length, &content, &note, error);
    if (status != STATUS_OK)
        return status;
    batch_note_credit_request(batch, order, note.request);
    if (!uuid_equal(&credits_id, &order->order.invoice_id))
        return STATUS_OK; /* of an invoice that does not stand any more */
    return credit_state_add(&order->credits->state, &note, pg_get_int64(result, row, LOAD_PREPAID), error);
}

/* The rows of one order, from `row` on; `*end` is the first of the next. */
static enum status read_order(struct store *store, struct batch *batch, const struct pg_result *result, size_t row,
                              size_t *end, struct batch_order *order, struct error *error)
{
    order->credits = ARENA_NEW(batch->arena, struct batch_credits);
    enum status status = open_order(store, batch, result, row, order, order->credits, error);
    for (*end = row; *end < pg_result_rows(result); (*end)++) {
        struct uuid order_id = pg_get_uuid(result, *end, LOAD_ORDER_ID);
        if (!uuid_equal(&order_id, &order->order.id))
            break;
        if (status == STATUS_OK && !pg_is_null(result, *end, LOAD_DOCUMENT_ID))
            status = open_credit_note(batch, result, *end, order, error);
    }
    return status;
}

static void read_credits(struct store *store, struct batch *batch, const struct pg_result *result)
{
    for (size_t row = 0, end; row < pg_result_rows(result); row = end) {
        struct uuid order_id = pg_get_uuid(result, row, LOAD_ORDER_ID);
        struct batch_order *order = batch_find_order(batch, &order_id);
        struct error error;
        if (read_order(store, batch, result, row, &end, order, &error) == STATUS_OK) {
            order->order.credits = &order->credits->state;
        } else {
            order->credits = NULL;
            log_event(LOG_ERROR, "credits.unreadable", log_uuid("order", &order_id), log_text("code", error.code));
        }
    }
}

enum status batch_load_credits(struct store *store, struct batch *batch, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(batch->arena, struct uuid, batch->orders_count + batch->credit_order_ids_count);
    size_t count = 0;
    for (size_t i = 0; i < batch->orders_count; i++) {
        if (batch->orders[i].order.credited_minor > 0)
            ids[count++] = batch->orders[i].order.id;
    }
    for (size_t i = 0; i < batch->credit_order_ids_count; i++) {
        if (batch_find_order(batch, &batch->credit_order_ids[i]) != NULL)
            ids[count++] = batch->credit_order_ids[i];
    }
    if (count == 0)
        return STATUS_OK;
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, batch->arena);
    store_add_uuids(&params, ids, count);
    enum status status = pg_execute(store->pg, &sql_batch_load_credits, &params, &result, error);
    if (status == STATUS_OK)
        read_credits(store, batch, result);
    pg_result_free(result);
    return status;
}

/* ---- sealing ---- */

enum status batch_seal_credit(const struct batch *batch, const struct new_document *document,
                              struct sealed_credit *sealed, struct error *error)
{
    *sealed = (struct sealed_credit){.blob = NULL};
    if (document->note == NULL)
        return STATUS_OK;
    const struct batch_order *order = batch_find_order(batch, &document->order_id);
    struct order_content content = order->credits->content;
    content.lines = document->note->lines;
    content.lines_count = document->note->lines_count;
    content.totals = document->note->totals;
    content.discount_reason = NULL; /* units cost their share after it */
    if (content.exchange.per_euro_millionths != 0 &&
        !tax_in_euros(&content.totals, content.currency, &content.exchange))
        return error_set(error, STATUS_INTERNAL, "credit_amounts", "a credit note is too large in euros");
    return credit_content_seal(batch->arena, &order->credits->billing_key, &document->id, &order->customer_id, &content,
                               document->note, &sealed->blob, &sealed->length, error);
}
