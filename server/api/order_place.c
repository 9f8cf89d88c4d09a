/*
 * POST /v1/orders. Worker threads; a first half until the payment provider is asked, a second with its answer.
 *
 * Everything slow or refusable comes first: the body is checked, priced and summed up, and the payment provider is
 * asked for a way to pay, before anything is written (but ids, which nobody sees: store/reservations.h). Then order,
 * key, first payment and, under an Idempotency-Key, the answer itself are written in one transaction, so that a
 * repetition gets the same answer however the order has changed since.
 */
#include "akkoord/api/attempt.h"
#include "akkoord/api/checkout.h"
#include "akkoord/api/idempotency_key.h"
#include "akkoord/api/notices.h"
#include "akkoord/api/order_price.h"
#include "akkoord/api/order_request.h"
#include "akkoord/api/orders.h"
#include "akkoord/base/clock.h"
#include "akkoord/domain/tax.h"
#include "akkoord/store/order_basis.h"

/* What the second half needs of the first; lives in the call's arena. */
struct placing {
    struct idempotency_request idempotency;
    struct stored_order order;
    struct payment attempt;
    struct api_checkout checkout;
};

/* ---- Idempotency-Key ---- */

/* Sets `request->key` to NULL when none was sent. Bodies are compared as JSON, not byte by byte: a client that writes
 * its object anew for a second try means the same. */
static enum status read_idempotency(struct api_call *call, const json_t *body, struct idempotency_request *request,
                                    struct error *error)
{
    *request = (struct idempotency_request){.customer_id = call->customer_id};
    enum status status = api_take_idempotency_key(call, &request->key, error);
    if (status != STATUS_OK || request->key == NULL)
        return status;
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

/* All that the database knows beforehand, in one round trip; of a request that is refused anyway only who sends it, for
 * what is wrong with the buyer is told together with the rest. */
static enum status load_basis(struct api_call *call, const struct order_request *request, struct order_basis *basis,
                              struct error *error)
{
    if (call->faults_count > 0)
        return store_customer_load(call->store, call->arena, &call->customer_id, &basis->customer, error);
    const char **skus = ARENA_ARRAY(call->arena, const char *, request->lines_count);
    for (size_t i = 0; i < request->lines_count; i++)
        skus[i] = request->lines[i].sku;
    return store_order_basis_load(call->store, call->arena, &call->customer_id, skus, request->lines_count, basis,
                                  error);
}

static enum status read_content(struct api_call *call, const json_t *body, struct order_request *request,
                                struct order_content *content, char number[ORDER_NUMBER_BYTES], struct error *error)
{
    struct order_basis basis = {.services = NULL};
    const struct customer *customer = &basis.customer;
    api_take_order_request(call, body, request);
    enum status status = load_basis(call, request, &basis, error);
    if (status != STATUS_OK)
        return status;
    if (customer->restricted_since_us != 0)
        return error_set(error, STATUS_CONFLICT, "processing_restricted",
                         "you have restricted what may be done with your data: lift that to order again");
    api_take_buyer(call, body, &customer->profile, request);
    status = api_call_check_faults(call, error);
    if (status != STATUS_OK)
        return status;
    *content = (struct order_content){.language = customer->profile.language,
                                      .reference = request->reference,
                                      .seller = *call->options->seller,
                                      .buyer = request->buyer};
    memcpy(number, basis.number, sizeof(basis.number));
    return api_price_order(call, request, basis.services, basis.services_count, content, error);
}

static void build_order(struct api_call *call, const struct order_request *request, const struct order_content *content,
                        const char number[ORDER_NUMBER_BYTES], struct placing *placing)
{
    int64_t now_us = clock_now_us();
    struct stored_order *order = &placing->order;
    struct payment *attempt = &placing->attempt;
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
        .information_version = call->options->notices->information.version,
        .information_shown = request->information_shown,
        .content = *content,
    };
    memcpy(order->currency, content->currency, sizeof(order->currency));
    memcpy(order->number, number, sizeof(order->number));
}

/* ---- the second half ---- */

static enum status store(struct api_call *call, struct placing *placing, struct http_answer *answer,
                         struct error *error)
{
    const struct idempotency_request *idempotency = &placing->idempotency;
    bool asks_vies = call->options->asks_vies && tax_rests_on_vat_number(&placing->order.content.totals);
    api_answer_json(call, answer, 201, order_to_json(call->arena, &placing->order, NULL, 0));
    return store_order_place(call->store, call->arena, &placing->order, idempotency->key != NULL ? idempotency : NULL,
                             answer->body, answer->body_length, asks_vies, error);
}

/* The same request may have been sent twice at once, and the other have been first. */
static enum status settle(struct api_call *call, const struct placing *placing, enum status status,
                          struct http_answer *answer, struct error *error)
{
    bool replayed = false;
    if (status == STATUS_UNAVAILABLE && strcmp(error->code, "provider_unavailable") == 0) {
        /* The provider may have been busy with that one. */
        struct error ignored;
        (void)replay(call, &placing->idempotency, answer, &replayed, &ignored);
        return replayed ? STATUS_OK : status;
    }
    if (status != STATUS_CONFLICT || placing->idempotency.key == NULL)
        return status;
    status = replay(call, &placing->idempotency, answer, &replayed, error);
    if (status == STATUS_OK && !replayed)
        status = error_set(error, STATUS_UNAVAILABLE, "unavailable", "the same request is under way; try again");
    return status;
}

static enum status finish(struct api_call *call, struct placing *placing, enum status status,
                          struct http_answer *answer, struct error *error)
{
    if (status == STATUS_OK)
        status = store(call, placing, answer, error);
    return settle(call, placing, status, answer, error);
}

/* With the ids of an earlier try, where there was one. */
static enum status take_checkout(struct api_call *call, void *context, enum status status, struct http_answer *answer,
                                 struct error *error)
{
    struct placing *placing = context;
    placing->order.id = placing->checkout.order.id;
    memcpy(placing->order.number, placing->checkout.order.number, sizeof(placing->order.number));
    return finish(call, placing, status, answer, error);
}

/* ---- the first half ---- */

/* The customer's way to pay. Under an Idempotency-Key a repetition of a request that failed here places the order that
 * it would have placed. */
static enum status open_checkout(struct api_call *call, struct placing *placing, struct error *error)
{
    const struct stored_order *order = &placing->order;
    struct api_checkout *checkout = &placing->checkout;
    *checkout = (struct api_checkout){
        .purpose.customer_id = call->customer_id,
        .order = {.id = order->id, .total_minor = order->total_minor, .expires_at_us = order->expires_at_us},
        .attempt = &placing->attempt,
        .then = take_checkout,
        .context = placing,
    };
    memcpy(checkout->order.number, order->number, sizeof(checkout->order.number));
    memcpy(checkout->order.currency, order->currency, sizeof(checkout->order.currency));
    if (placing->idempotency.key != NULL)
        checkout->purpose.text = arena_format(call->arena, "order\n%s", placing->idempotency.key);
    return api_checkout_open(call, checkout, error);
}

static enum status place(struct api_call *call, const json_t *body, struct placing *placing, struct http_answer *answer,
                         struct error *error)
{
    struct order_request request = {.lines = NULL};
    struct order_content content = {.lines = NULL};
    char number[ORDER_NUMBER_BYTES];
    enum status status = read_content(call, body, &request, &content, number, error);
    if (status != STATUS_OK)
        return status;
    build_order(call, &request, &content, number, placing);
    if (api_checkout_is_asked_for(call, placing->attempt.provider))
        return open_checkout(call, placing, error);
    return finish(call, placing, STATUS_OK, answer, error);
}

enum status api_order_place(struct api_call *call, struct http_answer *answer, struct error *error)
{
    json_t *body;
    bool replayed = false;
    struct placing *placing = ARENA_NEW(call->arena, struct placing);
    enum status status = api_call_body(call, &body, error);
    if (status == STATUS_OK)
        status = read_idempotency(call, body, &placing->idempotency, error);
    if (status == STATUS_OK)
        status = replay(call, &placing->idempotency, answer, &replayed, error);
    return status == STATUS_OK && !replayed ? place(call, body, placing, answer, error) : status;
}
