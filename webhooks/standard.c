/*
 * Provider "standard": any sender of Standard Webhooks whose body says what happened to a payment:
 *
 *     webhook-id: msg_1                        {"type": "payment.paid", "timestamp": "2026-11-23T09:30:00Z",
 *     webhook-timestamp: 1795426200             "data": {"payment": "p_1", "order": "<our order id>",
 *     webhook-signature: v1,<base64>                     "amount": 12100, "currency": "EUR"}}
 *
 * The signature is HMAC-SHA256 over `id.timestamp.body`. Signatures of another version (v1a is asymmetric) are passed
 * over. An id that has a dot in it moves no boundary: what would then be taken for the body begins with a time, or
 * inside a JSON string or number of the real one, so it is never an object.
 *
 * Pure; any thread. The event id is webhook-id, which stays the same over retries.
 * Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 */
#include "standard.h"

#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/webhooks/standard_webhook.h"
#include "fields.h"
#include "providers.h"
#include "signature.h"

#define SECRET_PREFIX    "whsec_"
#define SECRET_BYTES_MIN 24
#define SECRET_BYTES_MAX 64

#define SIGNATURE_PREFIX "v1,"

struct standard_headers {
    struct webhook_slice id;
    struct webhook_slice timestamp;
    struct webhook_slice signatures;
};

struct header_names {
    const char *id;
    const char *timestamp;
    const char *signatures;
};

static const struct header_names standard_names = {"webhook-id", "webhook-timestamp", "webhook-signature"};
/* What Svix called them before they became a standard, and still sends by default. */
static const struct header_names svix_names = {"svix-id", "svix-timestamp", "svix-signature"};

enum status standard_parse_secret(const char *text, size_t length, struct webhook_secret *secret, struct error *error)
{
    size_t prefix_length = strlen(SECRET_PREFIX);
    if (length < prefix_length || memcmp(text, SECRET_PREFIX, prefix_length) != 0)
        return error_set(error, STATUS_INVALID, "range", "a secret must begin with " SECRET_PREFIX);
    if (base64_decode(text + prefix_length, length - prefix_length, secret->bytes, SECRET_BYTES_MAX, &secret->length) !=
            STATUS_OK ||
        secret->length < SECRET_BYTES_MIN)
        return error_set(error, STATUS_INVALID, "range", "a secret must be %d to %d bytes in base64 after %s",
                         SECRET_BYTES_MIN, SECRET_BYTES_MAX, SECRET_PREFIX);
    return STATUS_OK;
}

void standard_webhook_sign(const struct webhook_secret *secret, const char *id, int64_t timestamp_s, const void *body,
                           size_t body_length, char header[STANDARD_WEBHOOK_SIGNATURE_BYTES])
{
    char timestamp[24];
    snprintf(timestamp, sizeof(timestamp), "%" PRId64, timestamp_s);
    const struct crypto_part parts[] = {
        {id, strlen(id)}, {".", 1}, {timestamp, strlen(timestamp)}, {".", 1}, {body, body_length}};
    uint8_t mac[SHA256_BYTES];
    crypto_hmac_sha256_parts(secret->bytes, secret->length, parts, sizeof(parts) / sizeof(parts[0]), mac);
    char encoded[BASE64_BYTES(SHA256_BYTES)];
    base64_encode(mac, sizeof(mac), encoded);
    snprintf(header, STANDARD_WEBHOOK_SIGNATURE_BYTES, SIGNATURE_PREFIX "%s", encoded);
}

static enum status get_headers(const struct webhook_input *input, struct standard_headers *headers, struct error *error)
{
    const struct header_names *names = &standard_names;
    if (webhook_count_headers(input, names->id) == 0 && webhook_count_headers(input, names->timestamp) == 0 &&
        webhook_count_headers(input, names->signatures) == 0 && webhook_count_headers(input, svix_names.signatures) > 0)
        names = &svix_names;
    enum status status = webhook_get_header(input, names->signatures, &headers->signatures, error);
    if (status == STATUS_OK)
        status = webhook_get_header(input, names->id, &headers->id, error);
    if (status == STATUS_OK)
        status = webhook_get_header(input, names->timestamp, &headers->timestamp, error);
    return status;
}

/* One of the signatures, separated by spaces, that a provider sends while it rotates its secret. */
static bool any_is_expected(const struct webhook_expected *expected, struct webhook_slice list)
{
    size_t prefix_length = strlen(SIGNATURE_PREFIX);
    bool match = false;
    for (const char *at = list.text, *end = list.text + list.length; at < end;) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        size_t length = (size_t)((space != NULL ? space : end) - at);
        if (length > prefix_length && memcmp(at, SIGNATURE_PREFIX, prefix_length) == 0)
            match |= webhook_is_expected(expected, (struct webhook_slice){at + prefix_length, length - prefix_length});
        at += length + 1;
    }
    return match;
}

static enum status check_signature(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                   struct webhook_slice *event_id, struct error *error)
{
    struct standard_headers headers = {0};
    enum status status = get_headers(input, &headers, error);
    if (status == STATUS_OK)
        status = webhook_check_time(headers.timestamp, input->received_at_us, error);
    if (status != STATUS_OK)
        return status;
    const struct crypto_part parts[] = {{headers.id.text, headers.id.length},
                                        {".", 1},
                                        {headers.timestamp.text, headers.timestamp.length},
                                        {".", 1},
                                        {input->body, input->body_length}};
    struct webhook_expected expected;
    webhook_expect(secrets, WEBHOOK_BASE64, parts, sizeof(parts) / sizeof(parts[0]), &expected);
    bool match = any_is_expected(&expected, headers.signatures);
    memory_cleanse(&expected, sizeof(expected));
    if (!match)
        return webhook_refuse(error, "no signature fits the body");
    *event_id = headers.id;
    return STATUS_OK;
}

static enum payment_event_kind kind_of(const char *type)
{
    static const struct {
        const char *type;
        enum payment_event_kind kind;
    } listed[] = {
        {"payment.paid", PAYMENT_EVENT_APPROVED},
        {"payment.failed", PAYMENT_EVENT_FAILED},
        {"payment.expired", PAYMENT_EVENT_EXPIRED},
        {"payment.refunded", PAYMENT_EVENT_REFUNDED},
        {"payment.charged_back", PAYMENT_EVENT_CHARGED_BACK},
    };
    for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
        if (strcmp(type, listed[i].type) == 0)
            return listed[i].kind;
    }
    return PAYMENT_EVENT_OTHER;
}

static enum status read_time(const json_t *body, struct payment_event *event, struct error *error)
{
    const char *text;
    enum status status = json_get_text(body, "", "timestamp", JSON_OPTIONAL, SIZE_MAX, &text, error);
    if (status != STATUS_OK || text == NULL)
        return status;
    if (clock_parse_rfc3339(text, strlen(text), &event->occurred_at_us) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "range", "timestamp", "this must be an RFC 3339 time");
    return STATUS_OK;
}

static enum status read_data(const json_t *body, struct payment_event *event, struct error *error)
{
    json_t *data = NULL;
    enum status status = json_get_object(body, "", "data", JSON_REQUIRED, &data, error);
    if (status != STATUS_OK)
        return status;
    /* An attempt that came to nothing moved no money: its amount may be left out, but not be wrong. */
    bool moves_money = event->kind != PAYMENT_EVENT_FAILED && event->kind != PAYMENT_EVENT_EXPIRED;
    enum json_presence presence = moves_money ? JSON_REQUIRED : JSON_OPTIONAL;
    status =
        webhook_get_id(data, "data.", "payment", JSON_REQUIRED, sizeof(event->payment_id), event->payment_id, error);
    if (status == STATUS_OK)
        status = webhook_get_amount(data, "data.", "amount", presence, event, error);
    if (status == STATUS_OK)
        status = webhook_get_currency(data, "data.", "currency", presence, event, error);
    /* A reference that is no text is nobody's order of ours, as any other text would be. */
    const json_t *order = json_object_get(data, "order");
    const char *foreign = order == NULL || json_is_null(order) ? NULL : "";
    if (status == STATUS_OK)
        webhook_set_order(event, json_is_string(order) ? json_string_value(order) : foreign);
    return status;
}

/* Of a type that is not listed nothing but the type is read: its time and data may have any shape. */
static enum status normalise(const struct webhook_input *input, struct webhook_slice event_id, struct arena *arena,
                             struct payment_event *event, struct error *error)
{
    json_t *body = NULL;
    const char *type = NULL;
    event->occurred_at_us = input->received_at_us;
    enum status status = webhook_copy_id(event_id.text, event_id.length, standard_names.id, sizeof(event->event_id),
                                         event->event_id, error);
    if (status == STATUS_OK)
        status = json_parse_object(arena, input->body, input->body_length, &body, error);
    if (status == STATUS_OK)
        status = json_get_text(body, "", "type", JSON_REQUIRED, SIZE_MAX, &type, error);
    if (status != STATUS_OK)
        return status;
    event->kind = kind_of(type);
    if (event->kind == PAYMENT_EVENT_OTHER)
        return STATUS_OK;
    status = read_time(body, event, error);
    return status == STATUS_OK ? read_data(body, event, error) : status;
}

enum webhook_verdict standard_read_as(const char *provider, bool live, const struct webhook_secrets *secrets,
                                      const struct webhook_input *input, struct arena *arena,
                                      struct payment_event *event, struct error *error)
{
    struct webhook_slice event_id = {0};
    if (check_signature(secrets, input, &event_id, error) != STATUS_OK)
        return WEBHOOK_UNSIGNED;
    *event = (struct payment_event){.live = live};
    snprintf(event->provider, sizeof(event->provider), "%s", provider);
    if (normalise(input, event_id, arena, event, error) != STATUS_OK)
        return WEBHOOK_MALFORMED;
    crypto_sha256(input->body, input->body_length, event->body_sha256);
    return WEBHOOK_EVENT;
}

static enum webhook_verdict standard_read(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                          struct arena *arena, struct payment_event *event, struct error *error)
{
    return standard_read_as(webhook_standard.name, true, secrets, input, arena, event, error);
}

const struct webhook_provider webhook_standard = {
    .name = "standard",
    .secret_setting = "AKKOORD_STANDARD_WEBHOOK_SECRET",
    .parse_secret = standard_parse_secret,
    .read = standard_read,
};
