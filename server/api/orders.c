/* Reading, paying and cancelling orders. Worker threads; every change goes through the committer. */
#include "akkoord/api/orders.h"

#include "akkoord/api/attempt.h"
#include "akkoord/api/fields.h"
#include "akkoord/api/order_request.h"

/* ---- reading ---- */

enum status api_load_order(struct api_call *call, const struct uuid *id, const struct uuid *customer_id, json_t **order,
                           struct error *error)
{
    struct stored_order stored;
    struct stored_decision *decisions = NULL;
    size_t count = 0;
    enum status status = store_order_find(call->store, call->arena, id, customer_id, &stored, error);
    if (status == STATUS_OK)
        status = store_decisions_of_order(call->store, call->arena, id, &decisions, &count, error);
    if (status == STATUS_OK)
        *order = order_to_json(call->arena, &stored, decisions, count);
    return status;
}

static enum status answer_order(struct api_call *call, const struct uuid *id, int http_status,
                                struct http_answer *answer, struct error *error)
{
    json_t *order;
    enum status status = api_load_order(call, id, &call->customer_id, &order, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, http_status, order);
    return status;
}

enum status api_order_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    enum status status = api_call_id(call, "id", &id, error);
    return status == STATUS_OK ? answer_order(call, &id, 200, answer, error) : status;
}

enum status api_orders_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    struct stored_order *orders;
    size_t count = 0;
    enum status status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for tells whether there is a next page. */
    size_t limit = (size_t)page.limit;
    status = store_orders_list(call->store, call->arena, &call->customer_id, NULL, &page.after_id, limit + 1, &orders,
                               &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, order_item_to_json(call->arena, &orders[i]));
    api_answer_list(call, answer, items, count > limit ? api_cursor(call->arena, 0, &orders[limit - 1].id) : NULL);
    return STATUS_OK;
}

/* ---- changing ---- */

enum status api_order_pay(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"payment_provider", NULL};
    json_t *body;
    struct order_command command = {.kind = COMMAND_ADD_ATTEMPT, .customer_id = call->customer_id};
    enum status status = api_call_id(call, "id", &command.order_id, error);
    if (status == STATUS_OK)
        status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    const char *provider = api_take_provider(call, body);
    status = api_call_check_faults(call, error);
    if (status != STATUS_OK)
        return status;
    api_attempt_begin(call, provider, &command.attempt);
    status = committer_run(call->options->committer, &command, error);
    return status == STATUS_OK ? answer_order(call, &command.order_id, 201, answer, error) : status;
}

/* Nothing needs to be said when cancelling: no body, or an empty object. */
static enum status refuse_content(struct api_call *call, struct error *error)
{
    static const char *const none[] = {NULL};
    json_t *body;
    if (call->request->body_length == 0)
        return STATUS_OK;
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", none);
    return api_call_check_faults(call, error);
}

enum status api_order_cancel(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct order_command command = {.kind = COMMAND_CANCEL, .customer_id = call->customer_id};
    enum status status = api_call_id(call, "id", &command.order_id, error);
    if (status == STATUS_OK)
        status = refuse_content(call, error);
    if (status == STATUS_OK)
        status = committer_run(call->options->committer, &command, error);
    return status == STATUS_OK ? answer_order(call, &command.order_id, 200, answer, error) : status;
}
