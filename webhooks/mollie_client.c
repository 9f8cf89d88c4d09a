/*
 * The Mollie API v2, as far as we need it: payments and refunds, in JSON. Pure; any thread.
 *
 * A paid payment stays `paid` whatever goes back of it: refunds and charge-backs are read from its amounts. A refund
 * that fails lowers them again, which an older answer may seem to do too: that it failed is read from the refund
 * itself. `authorized` is a hold and no money. Mollie keeps an idempotency key for an hour; what is repeated later must
 * look first. Source: https://docs.mollie.com/reference/get-payment, create-payment, get-refund, create-refund,
 * status-change.
 */
#include "clients.h"
#include "fields.h"
#include "mollie.h"

#define CONTENT_TYPE "application/json"

static json_t *amount_to_json(struct arena *arena, int64_t amount_minor, const char *currency)
{
    struct money money = {.amount_minor = amount_minor};
    char value[MONEY_TEXT_BYTES];
    memcpy(money.currency, currency, CURRENCY_BYTES);
    money_format_decimal(&money, value);
    json_t *amount = json_new_object(arena);
    json_set_text(amount, "currency", currency);
    json_set_text(amount, "value", value);
    return amount;
}

/* The one way in which Mollie writes an amount: all decimals of the currency, no sign, no zero in front. */
static bool parse_value(const char *value, const char *currency, int64_t *amount_minor)
{
    struct money money = {0};
    char written[MONEY_TEXT_BYTES];
    if (money_parse_decimal(value, strlen(value), currency, &money.amount_minor) != STATUS_OK ||
        money.amount_minor > WEBHOOK_AMOUNT_MINOR_MAX)
        return false;
    memcpy(money.currency, currency, CURRENCY_BYTES);
    money_format_decimal(&money, written);
    *amount_minor = money.amount_minor;
    return strcmp(value, written) == 0;
}

/* {"value": "10.00", "currency": "EUR"}; an optional one that is absent leaves *amount_minor. In the currency of
 * `event` once that is known. */
static enum status read_amount(const json_t *object, const char *key, enum json_presence presence,
                               struct payment_event *event, int64_t *amount_minor, struct error *error)
{
    json_t *amount = NULL;
    const char *value = NULL;
    struct payment_event read = {.kind = PAYMENT_EVENT_OTHER};
    enum status status = json_get_object(object, "", key, presence, &amount, error);
    if (status != STATUS_OK || amount == NULL)
        return status;
    status = json_get_text(amount, "", "value", JSON_REQUIRED, MONEY_TEXT_BYTES, &value, error);
    if (status == STATUS_OK)
        status = webhook_get_currency(amount, "", "currency", JSON_REQUIRED, &read, error);
    if (status != STATUS_OK)
        return status;
    if (event->currency[0] == '\0')
        memcpy(event->currency, read.currency, CURRENCY_BYTES);
    if (strcmp(event->currency, read.currency) != 0 || !parse_value(value, read.currency, amount_minor))
        return client_nonsense(error);
    return STATUS_OK;
}

/* ---- a checkout ---- */

static struct provider_request ask_checkout(struct arena *arena, const struct checkout_terms *terms)
{
    char id[UUID_TEXT_BYTES];
    size_t length;
    json_t *metadata = json_new_object(arena);
    json_set_uuid(metadata, "order_id", &terms->order_id);
    json_t *body = json_new_object(arena);
    json_set_value(body, "amount", amount_to_json(arena, terms->amount_minor, terms->currency));
    json_set_text(body, "description", client_describe(arena, terms));
    json_set_text(body, "redirectUrl", client_return_url(arena, terms, "return"));
    json_set_text(body, "cancelUrl", client_return_url(arena, terms, "cancelled"));
    json_set_text(body, "webhookUrl", arena_format(arena, "%s/webhooks/mollie", terms->public_url));
    json_set_value(body, "metadata", metadata);
    return (struct provider_request){
        .is_post = true,
        .path = "/v2/payments",
        .content_type = CONTENT_TYPE,
        .body = json_write(arena, body, &length),
        .idempotency_key = arena_copy_text(arena, uuid_format(&terms->attempt_id, id)),
    };
}

static enum status read_checkout_fields(const json_t *object, const struct checkout_terms *terms,
                                        struct checkout *checkout, const char **url)
{
    json_t *links = NULL;
    json_t *link = NULL;
    struct payment_event event = {.kind = PAYMENT_EVENT_OTHER};
    int64_t amount_minor = 0;
    enum status status =
        webhook_get_id(object, "", "id", JSON_REQUIRED, sizeof(checkout->payment_id), checkout->payment_id, NULL);
    if (status == STATUS_OK)
        status = read_amount(object, "amount", JSON_REQUIRED, &event, &amount_minor, NULL);
    if (status == STATUS_OK)
        status = json_get_object(object, "", "_links", JSON_REQUIRED, &links, NULL);
    if (status == STATUS_OK)
        status = json_get_object(links, "", "checkout", JSON_REQUIRED, &link, NULL);
    if (status == STATUS_OK)
        status = json_get_text(link, "", "href", JSON_REQUIRED, PROVIDER_CHECKOUT_URL_BYTES_MAX, url, NULL);
    if (status == STATUS_OK && (amount_minor != terms->amount_minor || strcmp(event.currency, terms->currency) != 0 ||
                                !mollie_is_payment_id(checkout->payment_id, strlen(checkout->payment_id)) ||
                                !client_may_be(object, "resource", "payment")))
        status = STATUS_INVALID;
    return status;
}

/* https://docs.mollie.com/reference/handling-errors: `field` says what a 422 is about. */
static bool refuses_amount(struct arena *arena, const struct provider_answer *answer)
{
    json_t *object = NULL;
    const char *field = NULL;
    return answer->status == 422 &&
           json_parse_object(arena, answer->body, answer->body_length, &object, NULL) == STATUS_OK &&
           json_get_text(object, "", "field", JSON_REQUIRED, ERROR_WORD_BYTES_MAX, &field, NULL) == STATUS_OK &&
           strcmp(field, "amount") == 0;
}

static enum status read_checkout(struct arena *arena, const struct checkout_terms *terms,
                                 const struct provider_answer *answer, struct checkout *checkout, struct error *error)
{
    if (refuses_amount(arena, answer))
        return client_amount_refused(error);
    json_t *object = NULL;
    const char *url = NULL;
    enum status status = client_parse(arena, answer, &object, error);
    if (status != STATUS_OK)
        return status;
    if (read_checkout_fields(object, terms, checkout, &url) != STATUS_OK || !client_is_checkout_url(url))
        return client_nonsense(error);
    checkout->url = arena_copy_text(arena, url);
    return STATUS_OK;
}

/* ---- what became of a payment ---- */

static enum status ask_payment(struct arena *arena, const char *payment_id, struct provider_request *request,
                               struct error *error)
{
    if (!mollie_is_payment_id(payment_id, strlen(payment_id)))
        return error_set(error, STATUS_INVALID, "payment_id", "this is no id of a Mollie payment");
    *request = (struct provider_request){.path = arena_format(arena, "/v2/payments/%s?embed=refunds", payment_id)};
    return STATUS_OK;
}

/* Metadata is whatever its maker likes: only an object of ours names an order. */
static void read_order(const json_t *object, struct payment_event *event)
{
    const json_t *order_id = json_object_get(json_object_get(object, "metadata"), "order_id");
    webhook_set_order(event, json_is_string(order_id) ? json_string_value(order_id) : NULL);
}

/* Its status is queued, pending, processing, refunded, failed or canceled. */
static enum status read_refund_fields(const json_t *object, struct payment_event *common, struct made_refund *refund,
                                      int64_t *amount_minor)
{
    const char *state = NULL;
    enum status status = webhook_get_id(object, "", "id", JSON_OPTIONAL, sizeof(refund->id), refund->id, NULL);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "status", JSON_REQUIRED, 32, &state, NULL);
    if (status == STATUS_OK)
        status = read_amount(object, "amount", JSON_REQUIRED, common, amount_minor, NULL);
    refund->has_failed = status == STATUS_OK && webhook_refund_has_failed(state);
    return status;
}

static enum status read_paid(const json_t *object, struct payment_event *common, struct fetched_payment *payment,
                             struct error *error)
{
    int64_t charged_back_minor = 0;
    const json_t *refunds = json_object_get(json_object_get(object, "_embedded"), "refunds");
    enum status status = read_amount(object, "amountRefunded", JSON_OPTIONAL, common, &payment->total_minor, error);
    if (status == STATUS_OK)
        status = read_amount(object, "amountChargedBack", JSON_OPTIONAL, common, &charged_back_minor, error);
    if (status != STATUS_OK)
        return status;
    payment->is_paid = true;
    client_add_event(payment, common, PAYMENT_EVENT_APPROVED, "paid", payment->amount_minor);
    payment->lacks_refunds = !json_is_array(refunds);
    status = client_put_refunds(refunds, read_refund_fields, common, payment);
    if (status == STATUS_OK && charged_back_minor > 0)
        client_add_event(payment, common, PAYMENT_EVENT_CHARGED_BACK, "charged_back", charged_back_minor);
    return status;
}

static enum status read_state(const json_t *object, struct payment_event *common, struct fetched_payment *payment,
                              struct error *error)
{
    const char *state = NULL;
    const char *mode = NULL;
    enum status status = json_get_text(object, "", "status", JSON_REQUIRED, 32, &state, error);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "mode", JSON_REQUIRED, 32, &mode, error);
    if (status == STATUS_OK)
        status = read_amount(object, "amount", JSON_REQUIRED, common, &payment->amount_minor, error);
    if (status != STATUS_OK)
        return status;
    common->live = strcmp(mode, "live") == 0;
    if (!common->live && strcmp(mode, "test") != 0)
        return client_nonsense(error);
    memcpy(payment->currency, common->currency, CURRENCY_BYTES);
    if (strcmp(state, "paid") == 0)
        return read_paid(object, common, payment, error);
    if (strcmp(state, "failed") == 0 || strcmp(state, "canceled") == 0)
        client_add_event(payment, common, PAYMENT_EVENT_FAILED, state, payment->amount_minor);
    else if (strcmp(state, "expired") == 0)
        client_add_event(payment, common, PAYMENT_EVENT_EXPIRED, state, payment->amount_minor);
    return STATUS_OK; /* open, pending, authorized: nothing yet */
}

static enum status read_payment(struct arena *arena, const char *payment_id, const struct provider_answer *answer,
                                int64_t at_us, struct fetched_payment *payment, struct error *error)
{
    json_t *object = NULL;
    struct payment_event common = {.kind = PAYMENT_EVENT_OTHER, .occurred_at_us = at_us};
    *payment = (struct fetched_payment){.is_paid = false};
    if (answer->status == 404 || answer->status == 410)
        return error_set(error, STATUS_NOT_FOUND, "payment_unknown", "Mollie knows no such payment of ours");
    enum status status = client_parse(arena, answer, &object, error);
    if (status != STATUS_OK)
        return status;
    snprintf(common.provider, sizeof(common.provider), "%s", client_mollie.name);
    if (webhook_get_id(object, "", "id", JSON_REQUIRED, sizeof(common.payment_id), common.payment_id, NULL) !=
            STATUS_OK ||
        strcmp(common.payment_id, payment_id) != 0 || !client_may_be(object, "resource", "payment"))
        return client_nonsense(error);
    memcpy(payment->payment_id, common.payment_id, sizeof(common.payment_id));
    read_order(object, &common);
    return read_state(object, &common, payment, NULL) == STATUS_OK ? STATUS_OK : client_nonsense(error);
}

/* ---- refunds ---- */

static struct provider_request ask_refunds(struct arena *arena, const char *payment_id)
{
    return (struct provider_request){.path = arena_format(arena, "/v2/payments/%s/refunds?limit=250", payment_id)};
}

static enum status read_refunds(struct arena *arena, const struct provider_answer *answer,
                                struct fetched_payment *payment, struct error *error)
{
    return client_read_refunds(arena, answer, "_embedded", "refunds", read_refund_fields, payment, error);
}

static struct provider_request ask_refund(struct arena *arena, const struct refund_terms *terms)
{
    size_t length;
    json_t *metadata = json_new_object(arena);
    json_set_uuid(metadata, "payment_id", &terms->payment_id);
    json_t *body = json_new_object(arena);
    json_set_value(body, "amount", amount_to_json(arena, terms->amount_minor, terms->currency));
    json_set_value(body, "metadata", metadata);
    return (struct provider_request){
        .is_post = true,
        .path = arena_format(arena, "/v2/payments/%s/refunds", terms->provider_payment_id),
        .content_type = CONTENT_TYPE,
        .body = json_write(arena, body, &length),
        .idempotency_key = client_refund_key(arena, terms),
    };
}

static enum status read_refund(struct arena *arena, const struct refund_terms *terms,
                               const struct provider_answer *answer, struct made_refund *refund, struct error *error)
{
    return client_read_refund(arena, terms, answer, read_refund_fields, refund, error);
}

const struct provider_client client_mollie = {
    .name = "mollie",
    .ask_checkout = ask_checkout,
    .read_checkout = read_checkout,
    .ask_payment = ask_payment,
    .read_payment = read_payment,
    .ask_refunds = ask_refunds,
    .read_refunds = read_refunds,
    .ask_refund = ask_refund,
    .read_refund = read_refund,
};
