/*
 * The Stripe API, as far as we need it: Checkout sessions, their payment intents and charges, refunds. Requests are
 * forms, answers JSON. Pure; any thread.
 *
 * A payment is known by its session until there is an intent, and by its intent from then on; either can be asked
 * about. Both carry our order and attempt, so that an event of the intent finds the attempt stored under the session.
 *
 * Stripe gives the first answer of an idempotency key again for a day, failures too, so a refund that is tried for
 * longer changes its key now and then: a charge can't be refunded beyond its amount, and whoever repeats looks first.
 *
 * Source: https://docs.stripe.com/api/checkout/sessions, payment_intents, charges, refunds, idempotent_requests.
 */
#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "clients.h"
#include "fields.h"

#define CONTENT_TYPE          "application/x-www-form-urlencoded"
#define FORM_BYTES_MAX        16384
#define SESSION_LIFE_MIN_US   (INT64_C(31) * 60 * CLOCK_US_PER_SECOND)
#define SESSION_LIFE_MAX_US   (INT64_C(1439) * 60 * CLOCK_US_PER_SECOND)
#define TRIES_WITH_ONE_KEY    4
#define SESSION_PREFIX        "cs_"
#define INTENT_PREFIX         "pi_"
#define STRIPE_ID_LETTERS_MAX 200

/* ---- forms ---- */

static bool is_unreserved(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static void append_encoded(struct buffer *form, const char *text)
{
    for (; *text != '\0'; text++) {
        if (is_unreserved(*text))
            buffer_append(form, text, 1);
        else
            buffer_append_format(form, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

static void add_field(struct buffer *form, const char *name, const char *value)
{
    if (form->length > 0)
        buffer_append(form, "&", 1);
    append_encoded(form, name);
    buffer_append(form, "=", 1);
    append_encoded(form, value);
}

static void add_integer(struct buffer *form, const char *name, int64_t number)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, number);
    add_field(form, name, text);
}

static const char *finish_form(struct arena *arena, struct buffer *form)
{
    const char *text = arena_copy_bytes(arena, buffer_text(form), form->length);
    buffer_release(form);
    return text;
}

static void lower_currency(const char *currency, char lowered[CURRENCY_BYTES])
{
    for (size_t i = 0; i < CURRENCY_BYTES; i++)
        lowered[i] = (char)(currency[i] >= 'A' && currency[i] <= 'Z' ? currency[i] - 'A' + 'a' : currency[i]);
}

static bool has_form(const char *id, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(id, prefix, length) != 0 || id[length] == '\0' || strlen(id) > STRIPE_ID_LETTERS_MAX)
        return false;
    for (const char *at = id; *at != '\0'; at++) {
        if (!is_unreserved(*at) || *at == '.' || *at == '~')
            return false;
    }
    return true;
}

/* ---- a checkout ---- */

/* Stripe takes from half an hour to a day; an order that lives on gets another attempt. */
static int64_t session_expires_s(const struct checkout_terms *terms)
{
    int64_t life_us = terms->expires_at_us - terms->at_us;
    if (life_us < SESSION_LIFE_MIN_US)
        life_us = SESSION_LIFE_MIN_US;
    if (life_us > SESSION_LIFE_MAX_US)
        life_us = SESSION_LIFE_MAX_US;
    return (terms->at_us + life_us) / CLOCK_US_PER_SECOND;
}

static struct provider_request ask_checkout(struct arena *arena, const struct checkout_terms *terms)
{
    char order[UUID_TEXT_BYTES];
    char attempt[UUID_TEXT_BYTES];
    char currency[CURRENCY_BYTES];
    struct buffer form;
    buffer_init(&form, FORM_BYTES_MAX);
    uuid_format(&terms->order_id, order);
    uuid_format(&terms->attempt_id, attempt);
    lower_currency(terms->currency, currency);
    add_field(&form, "mode", "payment");
    add_field(&form, "client_reference_id", order);
    add_field(&form, "metadata[order_id]", order);
    add_field(&form, "metadata[attempt_id]", attempt);
    add_field(&form, "payment_intent_data[metadata][order_id]", order);
    add_field(&form, "payment_intent_data[metadata][attempt_id]", attempt);
    add_field(&form, "line_items[0][quantity]", "1");
    add_field(&form, "line_items[0][price_data][currency]", currency);
    add_integer(&form, "line_items[0][price_data][unit_amount]", terms->amount_minor);
    add_field(&form, "line_items[0][price_data][product_data][name]", client_describe(arena, terms));
    add_integer(&form, "expires_at", session_expires_s(terms));
    add_field(&form, "success_url", client_return_url(arena, terms, "return"));
    add_field(&form, "cancel_url", client_return_url(arena, terms, "cancelled"));
    return (struct provider_request){
        .is_post = true,
        .path = "/v1/checkout/sessions",
        .content_type = CONTENT_TYPE,
        .body = finish_form(arena, &form),
        .idempotency_key = arena_copy_text(arena, attempt),
    };
}

static enum status read_checkout_fields(const json_t *object, const struct checkout_terms *terms,
                                        struct checkout *checkout, const char **url)
{
    struct payment_event event = {.kind = PAYMENT_EVENT_OTHER};
    enum status status =
        webhook_get_id(object, "", "id", JSON_REQUIRED, sizeof(checkout->payment_id), checkout->payment_id, NULL);
    if (status == STATUS_OK)
        status = webhook_get_amount(object, "", "amount_total", JSON_REQUIRED, &event, NULL);
    if (status == STATUS_OK)
        status = webhook_get_currency(object, "", "currency", JSON_REQUIRED, &event, NULL);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "url", JSON_REQUIRED, PROVIDER_CHECKOUT_URL_BYTES_MAX, url, NULL);
    if (status == STATUS_OK &&
        (event.amount_minor != terms->amount_minor || strcmp(event.currency, terms->currency) != 0 ||
         !has_form(checkout->payment_id, SESSION_PREFIX) || !client_may_be(object, "object", "checkout.session")))
        status = STATUS_INVALID;
    return status;
}

/* https://docs.stripe.com/error-codes */
static bool refuses_amount(struct arena *arena, const struct provider_answer *answer)
{
    json_t *object = NULL;
    json_t *fault = NULL;
    const char *code = NULL;
    return answer->status == 400 &&
           json_parse_object(arena, answer->body, answer->body_length, &object, NULL) == STATUS_OK &&
           json_get_object(object, "", "error", JSON_REQUIRED, &fault, NULL) == STATUS_OK &&
           json_get_text(fault, "error", "code", JSON_REQUIRED, ERROR_WORD_BYTES_MAX, &code, NULL) == STATUS_OK &&
           (strcmp(code, "amount_too_small") == 0 || strcmp(code, "amount_too_large") == 0);
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
    *request = (struct provider_request){.is_post = false};
    if (has_form(payment_id, SESSION_PREFIX))
        request->path = arena_format(
            arena, "/v1/checkout/sessions/%s?expand%%5B%%5D=payment_intent.latest_charge.refunds", payment_id);
    else if (has_form(payment_id, INTENT_PREFIX))
        request->path = arena_format(arena, "/v1/payment_intents/%s?expand%%5B%%5D=latest_charge.refunds", payment_id);
    else
        return error_set(error, STATUS_INVALID, "payment_id", "this is no id of a Stripe session or intent");
    return STATUS_OK;
}

static bool text_is(const json_t *object, const char *key, const char *text)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static enum status read_refund_fields(const json_t *object, struct payment_event *common, struct made_refund *refund,
                                      int64_t *amount_minor)
{
    (void)common; /* there is no refund in another currency than its charge */
    const json_t *state = json_object_get(object, "status");
    struct payment_event money = {.kind = PAYMENT_EVENT_OTHER};
    enum status status = webhook_get_id(object, "", "id", JSON_OPTIONAL, sizeof(refund->id), refund->id, NULL);
    if (status == STATUS_OK)
        status = webhook_get_amount(object, "", "amount", JSON_REQUIRED, &money, NULL);
    if (status != STATUS_OK || !text_is(object, "object", "refund") || !json_is_string(state))
        return STATUS_INVALID;
    refund->has_failed = webhook_refund_has_failed(json_string_value(state));
    *amount_minor = money.amount_minor;
    return STATUS_OK;
}

/* What went back, as the charge says, with the newest ten of its refunds. Where it is only named, or there were more,
 * they have to be asked for. */
static enum status read_charge(const json_t *intent, struct payment_event *common, struct fetched_payment *payment)
{
    const json_t *charge = json_object_get(intent, "latest_charge");
    const json_t *refunds = json_object_get(charge, "refunds");
    struct payment_event refunded = {.kind = PAYMENT_EVENT_OTHER};
    bool disputed = false;
    payment->lacks_refunds =
        has_form(payment->payment_id, INTENT_PREFIX) &&
        (!json_is_array(json_object_get(refunds, "data")) || json_is_true(json_object_get(refunds, "has_more")));
    if (!json_is_object(charge))
        return STATUS_OK;
    enum status status = webhook_get_amount(charge, "", "amount_refunded", JSON_REQUIRED, &refunded, NULL);
    if (status == STATUS_OK)
        status = json_get_boolean(charge, "", "disputed", JSON_OPTIONAL, &disputed, NULL);
    payment->total_minor = refunded.amount_minor;
    if (status == STATUS_OK)
        status = client_put_refunds(json_object_get(refunds, "data"), read_refund_fields, common, payment);
    if (status == STATUS_OK && disputed)
        client_add_event(payment, common, PAYMENT_EVENT_CHARGED_BACK, "charged_back", payment->amount_minor);
    return status;
}

static enum status add_approval(const json_t *object, const char *amount_key, struct payment_event *common,
                                struct fetched_payment *payment)
{
    struct payment_event money = {.kind = PAYMENT_EVENT_OTHER};
    enum status status = webhook_get_amount(object, "", amount_key, JSON_REQUIRED, &money, NULL);
    if (status == STATUS_OK)
        status = webhook_get_currency(object, "", "currency", JSON_REQUIRED, common, NULL);
    if (status != STATUS_OK)
        return status;
    payment->is_paid = true;
    payment->amount_minor = money.amount_minor;
    memcpy(payment->currency, common->currency, CURRENCY_BYTES);
    client_add_event(payment, common, PAYMENT_EVENT_APPROVED, "paid", money.amount_minor);
    return STATUS_OK;
}

/* `intent` is NULL while there is none. A session that completed unpaid waits for a slow way to pay, unless its intent
 * says that this came to nothing. */
static enum status read_session(const json_t *session, const json_t *intent, struct payment_event *common,
                                struct fetched_payment *payment)
{
    if (text_is(session, "payment_status", "paid")) {
        enum status status = add_approval(session, "amount_total", common, payment);
        return status == STATUS_OK ? read_charge(intent, common, payment) : status;
    }
    if (!text_is(session, "payment_status", "unpaid") && !text_is(session, "payment_status", "no_payment_required"))
        return STATUS_INVALID;
    if (text_is(session, "status", "expired"))
        client_add_event(payment, common, PAYMENT_EVENT_EXPIRED, "expired", 0);
    else if (text_is(session, "status", "complete") &&
             (text_is(intent, "status", "requires_payment_method") || text_is(intent, "status", "canceled")))
        client_add_event(payment, common, PAYMENT_EVENT_FAILED, "failed", 0);
    return STATUS_OK;
}

/* An intent that waits for another way to pay belongs to a session that is still open. */
static enum status read_intent(const json_t *intent, struct payment_event *common, struct fetched_payment *payment)
{
    if (text_is(intent, "status", "succeeded")) {
        enum status status = add_approval(intent, "amount_received", common, payment);
        return status == STATUS_OK ? read_charge(intent, common, payment) : status;
    }
    if (!json_is_string(json_object_get(intent, "status")))
        return STATUS_INVALID;
    if (text_is(intent, "status", "canceled"))
        client_add_event(payment, common, PAYMENT_EVENT_FAILED, "failed", 0);
    return STATUS_OK;
}

static void read_order(const json_t *object, struct payment_event *event)
{
    const json_t *reference = json_object_get(object, "client_reference_id");
    if (!json_is_string(reference))
        reference = json_object_get(json_object_get(object, "metadata"), "order_id");
    webhook_set_order(event, json_is_string(reference) ? json_string_value(reference) : NULL);
    webhook_set_attempt(event, json_object_get(object, "metadata"));
}

/* The intent is the payment and the session its alias, as in the events of stripe.c. One that was named only, though we
 * asked for all of it, is enough to know whose money came in; whether some went back its own events tell. */
static enum status read_ids(const json_t *session, const json_t **intent, struct payment_event *common)
{
    const json_t *related = json_object_get(session, "payment_intent");
    *intent = json_is_object(related) ? related : NULL;
    if (related == NULL || json_is_null(related)) {
        memcpy(common->payment_id, common->payment_alias, sizeof(common->payment_id));
        common->payment_alias[0] = '\0';
        return STATUS_OK;
    }
    enum status status =
        webhook_get_id(*intent != NULL ? *intent : session, "", *intent != NULL ? "id" : "payment_intent",
                       JSON_REQUIRED, sizeof(common->payment_id), common->payment_id, NULL);
    return status == STATUS_OK && has_form(common->payment_id, INTENT_PREFIX) ? STATUS_OK : STATUS_INVALID;
}

static enum status read_object(const json_t *object, const char *payment_id, struct payment_event *common,
                               struct fetched_payment *payment)
{
    char id[PAYMENT_ID_BYTES];
    const json_t *intent = NULL;
    bool is_session = has_form(payment_id, SESSION_PREFIX);
    enum status status = webhook_get_id(object, "", "id", JSON_REQUIRED, sizeof(id), id, NULL);
    if (status == STATUS_OK)
        status = json_get_boolean(object, "", "livemode", JSON_REQUIRED, &common->live, NULL);
    if (status != STATUS_OK || strcmp(id, payment_id) != 0 ||
        !text_is(object, "object", is_session ? "checkout.session" : "payment_intent"))
        return STATUS_INVALID;
    read_order(object, common);
    memcpy(is_session ? common->payment_alias : common->payment_id, id, sizeof(id));
    if (is_session && read_ids(object, &intent, common) != STATUS_OK)
        return STATUS_INVALID;
    memcpy(payment->payment_id, common->payment_id, sizeof(payment->payment_id));
    return is_session ? read_session(object, intent, common, payment) : read_intent(object, common, payment);
}

static enum status read_payment(struct arena *arena, const char *payment_id, const struct provider_answer *answer,
                                int64_t at_us, struct fetched_payment *payment, struct error *error)
{
    json_t *object = NULL;
    struct payment_event common = {.kind = PAYMENT_EVENT_OTHER, .occurred_at_us = at_us};
    *payment = (struct fetched_payment){.is_paid = false};
    if (answer->status == 404)
        return error_set(error, STATUS_NOT_FOUND, "payment_unknown", "Stripe knows no such payment of ours");
    enum status status = client_parse(arena, answer, &object, error);
    if (status != STATUS_OK)
        return status;
    snprintf(common.provider, sizeof(common.provider), "%s", client_stripe.name);
    return read_object(object, payment_id, &common, payment) == STATUS_OK ? STATUS_OK : client_nonsense(error);
}

/* ---- refunds ---- */

static struct provider_request ask_refunds(struct arena *arena, const char *payment_id)
{
    return (struct provider_request){.path =
                                         arena_format(arena, "/v1/refunds?payment_intent=%s&limit=100", payment_id)};
}

static enum status read_refunds(struct arena *arena, const struct provider_answer *answer,
                                struct fetched_payment *payment, struct error *error)
{
    return client_read_refunds(arena, answer, NULL, "data", read_refund_fields, payment, error);
}

static struct provider_request ask_refund(struct arena *arena, const struct refund_terms *terms)
{
    char id[UUID_TEXT_BYTES];
    struct buffer form;
    buffer_init(&form, FORM_BYTES_MAX);
    uuid_format(&terms->payment_id, id);
    add_field(&form, "payment_intent", terms->provider_payment_id);
    add_integer(&form, "amount", terms->amount_minor);
    add_field(&form, "metadata[payment_id]", id);
    const char *key = client_refund_key(arena, terms);
    int64_t generation = terms->attempts / TRIES_WITH_ONE_KEY;
    return (struct provider_request){
        .is_post = true,
        .path = "/v1/refunds",
        .content_type = CONTENT_TYPE,
        .body = finish_form(arena, &form),
        .idempotency_key = generation == 0 ? key : arena_format(arena, "%s:%" PRId64, key, generation),
    };
}

static enum status read_refund(struct arena *arena, const struct refund_terms *terms,
                               const struct provider_answer *answer, struct made_refund *refund, struct error *error)
{
    return client_read_refund(arena, terms, answer, read_refund_fields, refund, error);
}

const struct provider_client client_stripe = {
    .name = "stripe",
    .ask_checkout = ask_checkout,
    .read_checkout = read_checkout,
    .ask_payment = ask_payment,
    .read_payment = read_payment,
    .ask_refunds = ask_refunds,
    .read_refunds = read_refunds,
    .ask_refund = ask_refund,
    .read_refund = read_refund,
};
