/* Reading, paying and cancelling orders. Worker threads; every change goes through the committer. */
#include "akkoord/api/orders.h"

#include "akkoord/api/attempt.h"
#include "akkoord/api/checkout.h"
#include "akkoord/api/fields.h"
#include "akkoord/api/idempotency_key.h"
#include "akkoord/api/order_request.h"
#include "akkoord/base/clock.h"

/* ---- reading ---- */

enum status api_load_order(struct api_call *call, const struct uuid *id, const struct uuid *customer_id, json_t **order,
                           struct error *error)
{
    struct stored_order stored;
    struct stored_decision *decisions = NULL;
    size_t count = 0;
    /* Read by several statements, and all of one moment: no paid payment beside an order that still awaits it. */
    enum status status = pg_begin_snapshot(call->store->pg, error);
    if (status == STATUS_OK)
        status = store_order_find(call->store, call->arena, id, customer_id, &stored, error);
    if (status == STATUS_OK)
        status = store_decisions_of_order(call->store, call->arena, id, &decisions, &count, error);
    pg_rollback(call->store->pg);
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

/* A new attempt to pay; lives in the call's arena, for after the provider has answered. */
struct paying {
    const char *key; /* the customer's Idempotency-Key, or NULL */
    struct order_command command;
    struct api_checkout checkout;
};

/* What makes a repetition of this request the same. Without a key of the customer's that is the same order and
 * provider, until an attempt came of it. */
static struct reservation_purpose purpose_of(struct api_call *call, const struct uuid *order_id, const char *provider,
                                             const char *key)
{
    char order[UUID_TEXT_BYTES];
    uuid_format(order_id, order);
    const char *text = key != NULL ? arena_format(call->arena, "payment key\n%s\n%s", order, key)
                                   : arena_format(call->arena, "payment\n%s\n%s", order, provider);
    return (struct reservation_purpose){.customer_id = call->customer_id, .text = text};
}

static const struct payment *find_attempt(const struct stored_order *order, const struct uuid *id)
{
    for (size_t i = 0; i < order->payments_count; i++) {
        if (uuid_equal(&order->payments[i].id, id))
            return &order->payments[i];
    }
    return NULL;
}

static enum status key_mismatch(struct error *error)
{
    return error_set(error, STATUS_CONFLICT, "idempotency_mismatch",
                     "this Idempotency-Key came with another body before");
}

/* An attempt that came of an earlier request of this kind: under the customer's key that is the answer, without one it
 * is over and done with. */
static enum status find_repetition(struct api_call *call, const struct reservation_purpose *purpose, const char *key,
                                   const struct stored_order *order, struct payment *attempt, bool *is_repeated,
                                   struct error *error)
{
    struct reservation reserved;
    bool found = false;
    enum status status = store_reservation_find(call->store, call->arena, purpose, &reserved, &found, error);
    if (status != STATUS_OK || !found || find_attempt(order, &reserved.attempt_id) == NULL)
        return status;
    if (key == NULL)
        return store_reservation_drop(call->store, call->arena, purpose, &reserved.attempt_id, error);
    if (strcmp(reserved.provider, attempt->provider) != 0)
        return key_mismatch(error);
    attempt->id = reserved.attempt_id;
    *is_repeated = true;
    return STATUS_OK;
}

static enum status answer_attempt(struct api_call *call, const struct uuid *order_id, bool is_repeated,
                                  struct http_answer *answer, struct error *error)
{
    enum status status = answer_order(call, order_id, 201, answer, error);
    if (status == STATUS_OK && is_repeated)
        api_answer_add_header(call, answer, "Idempotency-Replayed", "true");
    return status;
}

static enum status add_attempt(struct api_call *call, struct paying *paying, struct http_answer *answer,
                               struct error *error)
{
    const struct reservation_purpose *purpose = &paying->checkout.purpose;
    enum status status = committer_run(call->options->committer, &paying->command, error);
    /* Without a key the next such request means another attempt. */
    if (status == STATUS_OK && paying->key == NULL && purpose->text != NULL)
        status = store_reservation_drop(call->store, call->arena, purpose, &paying->command.attempt.id, error);
    return status == STATUS_OK ? answer_attempt(call, &paying->command.order_id, false, answer, error) : status;
}

static enum status take_checkout(struct api_call *call, void *context, enum status status, struct http_answer *answer,
                                 struct error *error)
{
    return status == STATUS_OK ? add_attempt(call, context, answer, error) : status;
}

static bool can_be_paid(const struct stored_order *order)
{
    return order->status == ORDER_AWAITING_PAYMENT && order->expires_at_us > clock_now_us() &&
           order->payments_count < ORDER_PAYMENTS_MAX;
}

/* Where nobody is asked for a way to pay, only the attempt's id is kept for a repetition. */
static enum status reserve_attempt(struct api_call *call, struct paying *paying, const struct stored_order *order,
                                   struct error *error)
{
    struct payment *attempt = &paying->command.attempt;
    struct reservation reserved;
    struct reservation wanted = {
        .order_id = order->id,
        .attempt_id = attempt->id,
        .provider = attempt->provider,
        .amount_minor = order->total_minor,
        .request = "",
        .created_at_us = attempt->created_at_us,
    };
    memcpy(wanted.order_number, order->number, sizeof(wanted.order_number));
    memcpy(wanted.currency, order->currency, sizeof(wanted.currency));
    enum status status =
        store_reservation_make(call->store, call->arena, &paying->checkout.purpose, &wanted, &reserved, error);
    if (status != STATUS_OK)
        return status;
    if (strcmp(reserved.provider, attempt->provider) != 0)
        return key_mismatch(error);
    attempt->id = reserved.attempt_id;
    return STATUS_OK;
}

/* The provider's way to pay, for an order that can still be paid: whether it can is the committer's to say. */
static enum status ask_for_checkout(struct api_call *call, struct paying *paying, const struct stored_order *order,
                                    struct error *error)
{
    struct api_checkout *checkout = &paying->checkout;
    checkout->order = (struct checkout_order){
        .id = order->id, .total_minor = order->total_minor, .expires_at_us = order->expires_at_us};
    memcpy(checkout->order.number, order->number, sizeof(checkout->order.number));
    memcpy(checkout->order.currency, order->currency, sizeof(checkout->order.currency));
    checkout->attempt = &paying->command.attempt;
    checkout->then = take_checkout;
    checkout->context = paying;
    return api_checkout_open(call, checkout, error);
}

/* One that a repetition of the request finds again. */
static enum status add_known_attempt(struct api_call *call, struct paying *paying, bool is_asked_for,
                                     struct http_answer *answer, struct error *error)
{
    struct stored_order order;
    bool is_repeated = false;
    struct payment *attempt = &paying->command.attempt;
    const struct uuid *order_id = &paying->command.order_id;
    struct reservation_purpose *purpose = &paying->checkout.purpose;
    *purpose = purpose_of(call, order_id, attempt->provider, paying->key);
    enum status status = store_order_find(call->store, call->arena, order_id, &call->customer_id, &order, error);
    if (status == STATUS_OK)
        status = find_repetition(call, purpose, paying->key, &order, attempt, &is_repeated, error);
    if (status != STATUS_OK)
        return status;
    if (is_repeated)
        return answer_attempt(call, order_id, true, answer, error);
    if (is_asked_for && can_be_paid(&order))
        return ask_for_checkout(call, paying, &order, error);
    if (!is_asked_for)
        status = reserve_attempt(call, paying, &order, error);
    return status == STATUS_OK ? add_attempt(call, paying, answer, error) : status;
}

enum status api_order_pay(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"payment_provider", NULL};
    json_t *body;
    struct paying *paying = ARENA_NEW(call->arena, struct paying);
    paying->command = (struct order_command){.kind = COMMAND_ADD_ATTEMPT, .customer_id = call->customer_id};
    enum status status = api_call_id(call, "id", &paying->command.order_id, error);
    if (status == STATUS_OK)
        status = api_call_body(call, &body, error);
    if (status == STATUS_OK)
        status = api_take_idempotency_key(call, &paying->key, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    const char *provider = api_take_provider(call, body);
    status = api_call_check_faults(call, error);
    if (status != STATUS_OK)
        return status;
    api_attempt_begin(call, provider, &paying->command.attempt);
    bool is_asked_for = api_checkout_is_asked_for(call, provider);
    /* Without a key a request that asks nobody can't be told from a second one like it. */
    return is_asked_for || paying->key != NULL ? add_known_attempt(call, paying, is_asked_for, answer, error)
                                               : add_attempt(call, paying, answer, error);
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
