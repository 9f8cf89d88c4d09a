/*
 * POST /v1/orders. Worker threads.
 *
 * Everything slow or refusable comes first: the body is checked, priced and summed up before anything is written. Then
 * order, key, first payment and, under an Idempotency-Key, the answer itself are written in one transaction, so that a
 * repetition gets the same answer however the order has changed since.
 */
#include "akkoord/api/attempt.h"
#include "akkoord/api/order_request.h"
#include "akkoord/api/orders.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/customers.h"

#define IDEMPOTENCY_KEY_BYTES_MAX 255

/* ---- Idempotency-Key ---- */

static bool is_idempotency_key(const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < length; i++)
        if (key[i] < 0x20 || key[i] > 0x7E)
            return false;
    return length >= 1 && length <= IDEMPOTENCY_KEY_BYTES_MAX;
}

/* Sets `request->key` to NULL when none was sent. Bodies are compared as JSON, not byte by byte: a client that writes
 * its object anew for a second try means the same. */
static enum status read_idempotency(struct api_call *call, const json_t *body, struct idempotency_request *request,
                                    struct error *error)
{
    static const char header[] = "Idempotency-Key";
    *request = (struct idempotency_request){.customer_id = call->customer_id};
    if (http_request_header_count(call->request, header) == 0)
        return STATUS_OK;
    request->key = http_request_header(call->request, header);
    if (request->key == NULL || !is_idempotency_key(request->key))
        return error_set_field(error, STATUS_INVALID, "format", header,
                               "an Idempotency-Key is one header of 1 to %d printable ASCII characters",
                               IDEMPOTENCY_KEY_BYTES_MAX);
    request->body = json_write_canonical(call->arena, body, &request->body_length);
    return STATUS_OK;
}

/* The first answer again, when there is one; else leaves `answer` alone. */
static enum status replay(struct api_call *call, const struct idempotency_request *request, struct http_answer *answer,
                          bool *replayed, struct error *error)
{
    const char *response = NULL;
    size_t length = 0;
    *replayed = false;
    if (request->key == NULL)
        return STATUS_OK;
    enum status status = store_idempotency_find(call->store, call->arena, request, &response, &length, error);
    if (status != STATUS_OK || response == NULL)
        return status;
    *answer = (struct http_answer){
        .status = 201, .content_type = "application/json", .body = response, .body_length = length};
    api_answer_add_header(call, answer, "Idempotency-Replayed", "true");
    *replayed = true;
    return STATUS_OK;
}

/* ---- the order ---- */

static enum status price_order(struct api_call *call, const struct order_request *request,
                               struct order_content *content, struct error *error)
{
    const char **skus = ARENA_ARRAY(call->arena, const char *, request->lines_count);
    for (size_t i = 0; i < request->lines_count; i++)
        skus[i] = request->lines[i].sku;
    struct service *services;
    size_t count;
    enum status status =
        store_services_find(call->store, call->arena, skus, request->lines_count, &services, &count, error);
    if (status != STATUS_OK)
        return status;
    content->lines = api_price_lines(call, request, services, count, content->language, content->currency);
    content->lines_count = request->lines_count;
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = tax_compute_totals(content->lines, content->lines_count, &content->totals, error);
    return status;
}

static enum status read_content(struct api_call *call, const json_t *body, struct order_request *request,
                                struct order_content *content, struct error *error)
{
    struct customer customer;
    enum status status = store_customer_load(call->store, call->arena, &call->customer_id, &customer, error);
    if (status != STATUS_OK)
        return status;
    api_take_order_request(call, body, &customer.profile, request);
    status = api_call_check_faults(call, error);
    if (status != STATUS_OK)
        return status;
    *content = (struct order_content){.language = customer.profile.language,
                                      .reference = request->reference,
                                      .seller = *call->options->seller,
                                      .buyer = request->buyer};
    return price_order(call, request, content, error);
}

static enum status build_order(struct api_call *call, const struct order_request *request,
                               const struct order_content *content, struct stored_order *order, struct error *error)
{
    struct payment *attempt = ARENA_NEW(call->arena, struct payment);
    int64_t now_us = clock_now_us();
    api_attempt_begin(call, request->provider, attempt);
    attempt->amount_minor = content->totals.total_minor;
    memcpy(attempt->currency, content->currency, sizeof(attempt->currency));
    *order = (struct stored_order){
        .id = uuid_new(),
        .customer_id = call->customer_id,
        .status = ORDER_AWAITING_PAYMENT,
        .language = content->language,
        .net_minor = content->totals.net_minor,
        .vat_minor = content->totals.vat_minor,
        .total_minor = content->totals.total_minor,
        .expires_at_us = now_us + call->options->order_expires_s * CLOCK_US_PER_SECOND,
        .created_at_us = now_us,
        .payments = attempt,
        .payments_count = 1,
        .content = *content,
    };
    memcpy(order->currency, content->currency, sizeof(order->currency));
    return store_order_take_number(call->store, call->arena, order->number, error);
}

/* ---- the call ---- */

static enum status place(struct api_call *call, const json_t *body, const struct idempotency_request *idempotency,
                         struct http_answer *answer, struct error *error)
{
    struct order_request request;
    struct order_content content;
    struct stored_order order;
    enum status status = read_content(call, body, &request, &content, error);
    if (status == STATUS_OK)
        status = build_order(call, &request, &content, &order, error);
    if (status != STATUS_OK)
        return status;
    api_answer_json(call, answer, 201, order_to_json(call->arena, &order, NULL, 0));
    return store_order_place(call->store, call->arena, &order, idempotency->key != NULL ? idempotency : NULL,
                             answer->body, answer->body_length, error);
}

enum status api_order_place(struct api_call *call, struct http_answer *answer, struct error *error)
{
    json_t *body;
    struct idempotency_request idempotency;
    bool replayed = false;
    enum status status = api_call_body(call, &body, error);
    if (status == STATUS_OK)
        status = read_idempotency(call, body, &idempotency, error);
    if (status == STATUS_OK)
        status = replay(call, &idempotency, answer, &replayed, error);
    if (status != STATUS_OK || replayed)
        return status;
    status = place(call, body, &idempotency, answer, error);
    if (status != STATUS_CONFLICT)
        return status;
    /* Another request with this key was first, and has committed by now. */
    status = replay(call, &idempotency, answer, &replayed, error);
    if (status == STATUS_OK && !replayed)
        status = error_set(error, STATUS_UNAVAILABLE, "unavailable", "the same request is under way; try again");
    return status;
}
