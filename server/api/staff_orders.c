/* What staff see of orders and payments, and that they complete one. Worker threads; no state. */
#include "akkoord/api/legal_holds.h"
#include "akkoord/api/orders.h"
#include "akkoord/api/staff.h"
#include "akkoord/store/history.h"
#include "akkoord/store/payments.h"

/* ---- orders ---- */

/* ?status=; *only is NULL when it is absent, else points to *status_read. */
static enum status read_order_status(struct api_call *call, enum order_status *status_read,
                                     const enum order_status **only, struct error *error)
{
    const char *word;
    enum status status = http_request_query(call->request, call->arena, "status", &word, error);
    *only = NULL;
    if (status != STATUS_OK || word == NULL)
        return status;
    if (order_status_parse(word, status_read) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "word", "status", "must be a status of an order");
    *only = status_read;
    return STATUS_OK;
}

static json_t *staff_order_item(struct arena *arena, const struct stored_order *order)
{
    json_t *item = order_item_to_json(arena, order);
    json_set_uuid(item, "customer_id", &order->customer_id);
    return item;
}

enum status api_staff_orders_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    enum order_status status_read;
    const enum order_status *only;
    struct stored_order *orders = NULL;
    size_t count = 0;
    enum status status = read_order_status(call, &status_read, &only, error);
    if (status == STATUS_OK)
        status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for tells whether there is a next page. */
    size_t limit = (size_t)page.limit;
    status = store_orders_list(call->store, call->arena, NULL, only, &page.after_id, limit + 1, &orders, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, staff_order_item(call->arena, &orders[i]));
    api_answer_list(call, answer, items, count > limit ? api_cursor(call->arena, 0, &orders[limit - 1].id) : NULL);
    return STATUS_OK;
}

static json_t *history_to_json(struct arena *arena, const struct history_entry *entries, size_t count)
{
    json_t *history = json_new_array(arena);
    for (size_t i = 0; i < count; i++) {
        json_t *step = json_new_object(arena);
        json_set_text(step, "step", entries[i].step);
        json_set_text(step, "actor", entries[i].actor);
        if (!uuid_is_nil(&entries[i].staff_id))
            json_set_uuid(step, "staff_id", &entries[i].staff_id);
        if (!uuid_is_nil(&entries[i].review_id))
            json_set_uuid(step, "review_id", &entries[i].review_id);
        json_set_time(step, "at", entries[i].at_us);
        json_append_value(history, step);
    }
    return history;
}

/* Of an order as it is answered. */
static const char *currency_of(const json_t *order)
{
    return json_string_value(json_object_get(json_object_get(order, "total"), "currency"));
}

enum status api_answer_staff_order(struct api_call *call, const struct uuid *id, int http_status,
                                   struct http_answer *answer, struct error *error)
{
    json_t *order, *holds, *credit_notes;
    struct history_entry *entries = NULL;
    size_t count = 0;
    enum status status = api_load_order(call, id, NULL, &order, error);
    if (status == STATUS_OK)
        status = store_history_of_order(call->store, call->arena, id, &entries, &count, error);
    if (status == STATUS_OK)
        status = api_load_legal_holds(call, id, &holds, error);
    if (status == STATUS_OK)
        status = api_load_credit_notes(call, id, currency_of(order), &credit_notes, error);
    if (status != STATUS_OK)
        return status;
    json_set_value(order, "legal_holds", holds);
    json_set_value(order, "credit_notes", credit_notes);
    json_set_value(order, "history", history_to_json(call->arena, entries, count));
    api_answer_json(call, answer, http_status, order);
    return STATUS_OK;
}

enum status api_staff_order_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    enum status status = api_call_id(call, "id", &id, error);
    return status == STATUS_OK ? api_answer_staff_order(call, &id, 200, answer, error) : status;
}

enum status api_staff_order_complete(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct order_command command = {.kind = COMMAND_COMPLETE, .staff_id = call->staff_id};
    enum status status = api_call_id(call, "id", &command.order_id, error);
    if (status == STATUS_OK)
        status = committer_run(call->options->committer, &command, error);
    return status == STATUS_OK ? api_answer_staff_order(call, &command.order_id, 200, answer, error) : status;
}

/* ---- payments ---- */

/* ?status=, as for orders. */
static enum status read_payment_status(struct api_call *call, enum payment_status *status_read,
                                       const enum payment_status **only, struct error *error)
{
    const char *word;
    enum status status = http_request_query(call->request, call->arena, "status", &word, error);
    *only = NULL;
    if (status != STATUS_OK || word == NULL)
        return status;
    if (payment_status_parse(word, status_read) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "word", "status", "must be a status of a payment");
    *only = status_read;
    return STATUS_OK;
}

/* What is to be sent back, or was, stands beside the contract's fields. */
static json_t *payment_item(struct arena *arena, const struct listed_payment *listed)
{
    const struct payment *payment = &listed->payment;
    json_t *item = payment_to_json(arena, payment);
    json_set_uuid(item, "order", &listed->order_id);
    json_set_money(item, "refunded", payment->reversal.refunded_minor, payment->currency);
    json_set_integer(item, "failed_refunds", listed->failed_refunds);
    json_set_boolean(item, "live", payment->live);
    json_set_time(item, "created_at", payment->created_at_us);
    return item;
}

enum status api_staff_payments_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    enum payment_status status_read;
    const enum payment_status *only;
    struct listed_payment *payments = NULL;
    size_t count = 0;
    enum status status = read_payment_status(call, &status_read, &only, error);
    if (status == STATUS_OK)
        status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for tells whether there is a next page. */
    size_t limit = (size_t)page.limit;
    status = store_payments_list(call->store, call->arena, only, &page.after_id, limit + 1, &payments, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, payment_item(call->arena, &payments[i]));
    const char *next = count > limit ? api_cursor(call->arena, 0, &payments[limit - 1].payment.id) : NULL;
    api_answer_list(call, answer, items, next);
    return STATUS_OK;
}
