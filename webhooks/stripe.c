/*
 * Provider "stripe": Stripe's snapshot events, of Checkout sessions, payment intents, charges, refunds and disputes.
 *
 *     Stripe-Signature: t=1795426200,v1=<hex>[,v1=<hex>]
 *
 * The signature is HMAC-SHA256 over `t.body`, keyed with the whole secret as text (its whsec_ too); v0 is passed over.
 * Stripe's own libraries bound the age only; here a time ahead is bounded too.
 *
 * A session and the intent it makes are one payment: its id is the intent's, and the session's goes along as the alias,
 * because an attempt may have been stored under the session before there was an intent. Events of objects that others
 * made on the same Stripe account are normal: they have no order of ours, which is not an error.
 *
 * Pure; any thread. Asks nothing of Stripe's API; what an event does not say is not guessed.
 * Source: https://docs.stripe.com/webhooks, https://docs.stripe.com/api/events/types and the objects named there.
 */
#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "fields.h"
#include "providers.h"
#include "signature.h"

#define OBJECT_PREFIX "data.object."
/* The last second of the year 9999. */
#define UNIX_SECONDS_MAX INT64_C(253402300799)

enum stripe_object { OBJECT_SESSION, OBJECT_INTENT, OBJECT_CHARGE, OBJECT_REFUND, OBJECT_DISPUTE };

struct stripe_type {
    const char *type;
    enum stripe_object object;
    enum payment_event_kind kind;
    const char *amount_key;
};

static const struct stripe_type listed_types[] = {
    {"checkout.session.completed", OBJECT_SESSION, PAYMENT_EVENT_APPROVED, "amount_total"},
    {"checkout.session.async_payment_succeeded", OBJECT_SESSION, PAYMENT_EVENT_APPROVED, "amount_total"},
    {"checkout.session.async_payment_failed", OBJECT_SESSION, PAYMENT_EVENT_FAILED, "amount_total"},
    {"checkout.session.expired", OBJECT_SESSION, PAYMENT_EVENT_EXPIRED, "amount_total"},
    {"payment_intent.succeeded", OBJECT_INTENT, PAYMENT_EVENT_APPROVED, "amount_received"},
    {"payment_intent.payment_failed", OBJECT_INTENT, PAYMENT_EVENT_FAILED, "amount"},
    {"payment_intent.canceled", OBJECT_INTENT, PAYMENT_EVENT_FAILED, "amount"},
    {"charge.refunded", OBJECT_CHARGE, PAYMENT_EVENT_REFUNDED, "amount_refunded"},
    /* What has become of a refund, its status says. */
    {"refund.created", OBJECT_REFUND, PAYMENT_EVENT_REFUNDED, "amount"},
    {"refund.updated", OBJECT_REFUND, PAYMENT_EVENT_REFUNDED, "amount"},
    {"refund.failed", OBJECT_REFUND, PAYMENT_EVENT_REFUND_FAILED, "amount"},
    {"charge.refund.updated", OBJECT_REFUND, PAYMENT_EVENT_REFUNDED, "amount"},
    {"charge.dispute.created", OBJECT_DISPUTE, PAYMENT_EVENT_CHARGED_BACK, "amount"},
};

/* The next `key=value` of the header; false at its end. What has no "=" has an empty key. */
static bool next_element(struct webhook_slice *rest, struct webhook_slice *key, struct webhook_slice *value)
{
    if (rest->length == 0)
        return false;
    const char *end = rest->text + rest->length;
    const char *comma = memchr(rest->text, ',', rest->length);
    const char *element_end = comma != NULL ? comma : end;
    const char *equals = memchr(rest->text, '=', (size_t)(element_end - rest->text));
    *key = (struct webhook_slice){rest->text, equals != NULL ? (size_t)(equals - rest->text) : 0};
    const char *value_start = equals != NULL ? equals + 1 : rest->text;
    *value = (struct webhook_slice){value_start, (size_t)(element_end - value_start)};
    const char *next = comma != NULL ? comma + 1 : end;
    *rest = (struct webhook_slice){next, (size_t)(end - next)};
    return true;
}

static bool slice_is(struct webhook_slice slice, const char *text)
{
    return slice.length == strlen(text) && memcmp(slice.text, text, slice.length) == 0;
}

static enum status get_timestamp(struct webhook_slice header, struct webhook_slice *timestamp, struct error *error)
{
    struct webhook_slice key, value;
    *timestamp = (struct webhook_slice){0};
    while (next_element(&header, &key, &value)) {
        if (!slice_is(key, "t"))
            continue;
        if (timestamp->length > 0)
            return webhook_refuse(error, "the signature has two times");
        *timestamp = value;
    }
    return timestamp->length > 0 ? STATUS_OK : webhook_refuse(error, "the signature has no time");
}

static bool any_is_expected(const struct webhook_expected *expected, struct webhook_slice header)
{
    struct webhook_slice key, value;
    bool match = false;
    while (next_element(&header, &key, &value)) {
        if (slice_is(key, "v1"))
            match |= webhook_is_expected(expected, value);
    }
    return match;
}

static enum status check_signature(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                   struct error *error)
{
    struct webhook_slice header = {0};
    struct webhook_slice timestamp = {0};
    enum status status = webhook_get_header(input, "stripe-signature", &header, error);
    if (status == STATUS_OK)
        status = get_timestamp(header, &timestamp, error);
    if (status == STATUS_OK)
        status = webhook_check_time(timestamp, input->received_at_us, error);
    if (status != STATUS_OK)
        return status;
    const struct crypto_part parts[] = {
        {timestamp.text, timestamp.length}, {".", 1}, {input->body, input->body_length}};
    struct webhook_expected expected;
    webhook_expect(secrets, WEBHOOK_HEX, parts, sizeof(parts) / sizeof(parts[0]), &expected);
    bool match = any_is_expected(&expected, header);
    memory_cleanse(&expected, sizeof(expected));
    return match ? STATUS_OK : webhook_refuse(error, "no signature fits the body");
}

/* Stripe sends a related object as its id, or whole ("expanded"). Absent or null gives "". */
static enum status get_related_id(const json_t *object, const char *key, char id[PAYMENT_ID_BYTES], struct error *error)
{
    json_t *related = json_object_get(object, key);
    if (!json_is_object(related))
        return webhook_get_id(object, OBJECT_PREFIX, key, JSON_OPTIONAL, PAYMENT_ID_BYTES, id, error);
    char prefix[ERROR_FIELD_BYTES];
    snprintf(prefix, sizeof(prefix), OBJECT_PREFIX "%s.", key);
    return webhook_get_id(related, prefix, "id", JSON_REQUIRED, PAYMENT_ID_BYTES, id, error);
}

static enum status read_payment(const json_t *object, enum stripe_object kind, struct payment_event *event,
                                struct error *error)
{
    char own_id[PAYMENT_ID_BYTES];
    enum status status = webhook_get_id(object, OBJECT_PREFIX, "id", JSON_REQUIRED, sizeof(own_id), own_id, error);
    if (status == STATUS_OK && kind != OBJECT_INTENT)
        status = get_related_id(object, "payment_intent", event->payment_id, error);
    if (status != STATUS_OK)
        return status;
    if (event->payment_id[0] != '\0') {
        if (kind == OBJECT_SESSION)
            memcpy(event->payment_alias, own_id, sizeof(own_id));
        return STATUS_OK;
    }
    /* A charge made without an intent is its own payment: none that we ask for, so it will match nothing. */
    if (kind == OBJECT_DISPUTE || kind == OBJECT_REFUND) {
        status = get_related_id(object, "charge", event->payment_id, error);
        if (status != STATUS_OK || event->payment_id[0] != '\0')
            return status;
    }
    memcpy(event->payment_id, own_id, sizeof(own_id));
    return STATUS_OK;
}

static enum status read_order(const json_t *object, struct payment_event *event, struct error *error)
{
    const char *reference = NULL;
    enum status status =
        json_get_text(object, OBJECT_PREFIX, "client_reference_id", JSON_OPTIONAL, SIZE_MAX, &reference, error);
    json_t *metadata = NULL;
    if (status == STATUS_OK && reference == NULL)
        status = json_get_object(object, OBJECT_PREFIX, "metadata", JSON_OPTIONAL, &metadata, error);
    if (status == STATUS_OK && metadata != NULL)
        status =
            json_get_text(metadata, OBJECT_PREFIX "metadata.", "order_id", JSON_OPTIONAL, SIZE_MAX, &reference, error);
    if (status == STATUS_OK) {
        webhook_set_order(event, reference);
        webhook_set_attempt(event, json_object_get(object, "metadata"));
    }
    return status;
}

/* A completed session is paid now, will be later (async_payment_succeeded follows), or asked for no money. */
static enum status read_session_status(const json_t *object, const struct stripe_type *type,
                                       struct payment_event *event, struct error *error)
{
    if (strcmp(type->type, "checkout.session.completed") != 0)
        return STATUS_OK;
    const char *payment_status = NULL;
    enum status status =
        json_get_text(object, OBJECT_PREFIX, "payment_status", JSON_REQUIRED, SIZE_MAX, &payment_status, error);
    if (status == STATUS_OK && strcmp(payment_status, "paid") != 0)
        event->kind = PAYMENT_EVENT_OTHER;
    return status;
}

/* A refund that is pending, or waits for the payer to act, has left as one that succeeded has: until it fails. One
 * without a status says nothing. */
static enum status read_refund(const json_t *object, struct payment_event *event, struct error *error)
{
    const char *refund_status = NULL;
    enum status status =
        webhook_get_id(object, OBJECT_PREFIX, "id", JSON_REQUIRED, sizeof(event->refund_id), event->refund_id, error);
    if (status == STATUS_OK)
        status = json_get_text(object, OBJECT_PREFIX, "status", JSON_OPTIONAL, SIZE_MAX, &refund_status, error);
    if (status != STATUS_OK)
        return status;
    if (webhook_refund_has_failed(refund_status))
        event->kind = PAYMENT_EVENT_REFUND_FAILED;
    else if (refund_status == NULL && event->kind == PAYMENT_EVENT_REFUNDED)
        event->kind = PAYMENT_EVENT_OTHER;
    return STATUS_OK;
}

static enum status read_money(const json_t *object, const struct stripe_type *type, struct payment_event *event,
                              struct error *error)
{
    bool moves_money = event->kind == PAYMENT_EVENT_APPROVED || event->kind == PAYMENT_EVENT_REFUNDED ||
                       event->kind == PAYMENT_EVENT_REFUND_FAILED || event->kind == PAYMENT_EVENT_CHARGED_BACK;
    enum json_presence presence = moves_money ? JSON_REQUIRED : JSON_OPTIONAL;
    enum status status = webhook_get_amount(object, OBJECT_PREFIX, type->amount_key, presence, event, error);
    if (status == STATUS_OK)
        status = webhook_get_currency(object, OBJECT_PREFIX, "currency", presence, event, error);
    if (status != STATUS_OK || type->object != OBJECT_CHARGE)
        return status;
    event->refund_is_total = true;
    return json_get_boolean(object, OBJECT_PREFIX, "refunded", JSON_OPTIONAL, &event->refund_is_full, error);
}

/* A word of Stripe's: small letters and underscores. */
static bool is_level(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
    return length > 0 && length < RISK_LEVEL_BYTES && text[length] == '\0';
}

/* Radar's `outcome` of a charge. It is on record and decides nothing, so what can't be read of it is left out. */
static void read_outcome(const json_t *charge, struct payment_risk *risk)
{
    const json_t *outcome = json_object_get(charge, "outcome");
    const json_t *score = json_object_get(outcome, "risk_score");
    const char *level = json_string_value(json_object_get(outcome, "risk_level"));
    if (json_is_integer(score) && json_integer_value(score) >= 0 && json_integer_value(score) <= RISK_SCORE_MAX) {
        risk->has_score = true;
        risk->score = json_integer_value(score);
    }
    if (level != NULL && is_level(level))
        memcpy(risk->level, level, strlen(level) + 1);
}

/* A charge carries its own; an intent that of its charge: expanded, or in a list before API version 2022-11-15. */
static void read_risk(const json_t *object, enum stripe_object kind, struct payment_risk *risk)
{
    if (kind == OBJECT_CHARGE)
        read_outcome(object, risk);
    if (kind != OBJECT_INTENT)
        return;
    const json_t *listed = json_object_get(json_object_get(object, "charges"), "data");
    const json_t *latest = json_object_get(object, "latest_charge");
    read_outcome(json_is_object(latest) ? latest : json_array_get(listed, 0), risk);
}

/* A connected account's owner writes the references on its objects and gets their money, so such a reference claims no
 * order of ours; an id that we stored ourselves still finds its payment. */
static enum status distrust_connected_account(const json_t *body, struct payment_event *event, struct error *error)
{
    const char *account = NULL;
    enum status status = json_get_text(body, "", "account", JSON_OPTIONAL, SIZE_MAX, &account, error);
    if (status == STATUS_OK && account != NULL) {
        event->has_foreign_reference = event->has_foreign_reference || event->has_order_id;
        event->has_order_id = false;
        event->order_id = (struct uuid){0};
        event->attempt_id = (struct uuid){0};
    }
    return status;
}

static enum status read_listed(const json_t *body, const struct stripe_type *type, struct payment_event *event,
                               struct error *error)
{
    json_t *data = NULL;
    json_t *object = NULL;
    int64_t created_s = -1;
    event->kind = type->kind;
    /* What is not said to be live is test money: held for a human where it matters. */
    enum status status = json_get_boolean(body, "", "livemode", JSON_OPTIONAL, &event->live, error);
    if (status == STATUS_OK)
        status = json_get_integer(body, "", "created", JSON_OPTIONAL, 0, UNIX_SECONDS_MAX, &created_s, error);
    if (status == STATUS_OK)
        status = json_get_object(body, "", "data", JSON_REQUIRED, &data, error);
    if (status == STATUS_OK)
        status = json_get_object(data, "data.", "object", JSON_REQUIRED, &object, error);
    if (status == STATUS_OK)
        status = read_session_status(object, type, event, error);
    if (status == STATUS_OK)
        status = read_payment(object, type->object, event, error);
    if (status == STATUS_OK && type->object == OBJECT_REFUND)
        status = read_refund(object, event, error);
    /* A refund's metadata is that of whoever made it: it names its payment, and nothing else. */
    if (status == STATUS_OK && type->object != OBJECT_REFUND)
        status = read_order(object, event, error);
    if (status == STATUS_OK)
        status = distrust_connected_account(body, event, error);
    if (status == STATUS_OK)
        status = read_money(object, type, event, error);
    if (status == STATUS_OK)
        read_risk(object, type->object, &event->risk);
    if (created_s >= 0)
        event->occurred_at_us = created_s * CLOCK_US_PER_SECOND;
    return status;
}

/* Of a type that is not listed only id and type are read: thin events and those of later API versions differ in all
 * else. */
static enum status normalise(const struct webhook_input *input, struct arena *arena, struct payment_event *event,
                             struct error *error)
{
    json_t *body = NULL;
    const char *type = NULL;
    enum status status = json_parse_object(arena, input->body, input->body_length, &body, error);
    if (status == STATUS_OK)
        status = webhook_get_id(body, "", "id", JSON_REQUIRED, sizeof(event->event_id), event->event_id, error);
    if (status == STATUS_OK)
        status = json_get_text(body, "", "type", JSON_REQUIRED, SIZE_MAX, &type, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < sizeof(listed_types) / sizeof(listed_types[0]); i++) {
        if (strcmp(type, listed_types[i].type) == 0)
            return read_listed(body, &listed_types[i], event, error);
    }
    return STATUS_OK;
}

static enum webhook_verdict stripe_read(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                        struct arena *arena, struct payment_event *event, struct error *error)
{
    if (check_signature(secrets, input, error) != STATUS_OK)
        return WEBHOOK_UNSIGNED;
    *event = (struct payment_event){.kind = PAYMENT_EVENT_OTHER, .occurred_at_us = input->received_at_us};
    snprintf(event->provider, sizeof(event->provider), "%s", webhook_stripe.name);
    if (normalise(input, arena, event, error) != STATUS_OK)
        return WEBHOOK_MALFORMED;
    crypto_sha256(input->body, input->body_length, event->body_sha256);
    return WEBHOOK_EVENT;
}

const struct webhook_provider webhook_stripe = {
    .name = "stripe",
    .secret_setting = "AKKOORD_STRIPE_WEBHOOK_SECRET",
    .parse_secret = webhook_copy_secret,
    .read = stripe_read,
};
