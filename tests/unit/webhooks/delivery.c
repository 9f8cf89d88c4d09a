/* See delivery.h. A failure in here fails the test that called it. */
#include "delivery.h"

#include <inttypes.h>

#include "akkoord/base/memory.h"

struct delivery delivery_of(const char *provider, const char *secrets, const char *body)
{
    struct delivery delivery = {
        .provider = webhook_provider_find(provider),
        .secrets = secrets,
        .body = body,
        .body_length = strlen(body),
        .received_at_us = NOW_S * CLOCK_US_PER_SECOND,
    };
    assert_non_null(delivery.provider);
    return delivery;
}

void delivery_add_header(struct delivery *delivery, const char *name, const char *value)
{
    assert_true(delivery->headers_count < DELIVERY_HEADERS_MAX);
    assert_true(strlen(value) < DELIVERY_VALUE_BYTES);
    delivery->names[delivery->headers_count] = name;
    snprintf(delivery->values[delivery->headers_count++], DELIVERY_VALUE_BYTES, "%s", value);
}

void delivery_sign_standard(struct delivery *delivery, const char *secrets, const char *id, int64_t timestamp_s)
{
    struct webhook_secrets parsed;
    assert_int_equal(webhook_secrets_parse(webhook_provider_find("standard"), secrets, &parsed, NULL), STATUS_OK);
    char signature[STANDARD_WEBHOOK_SIGNATURE_BYTES];
    standard_webhook_sign(&parsed.items[0], id, timestamp_s, delivery->body, delivery->body_length, signature);
    webhook_secrets_release(&parsed);
    char timestamp[32];
    snprintf(timestamp, sizeof(timestamp), "%" PRId64, timestamp_s);
    delivery_add_header(delivery, "Webhook-Id", id);
    delivery_add_header(delivery, "Webhook-Timestamp", timestamp);
    delivery_add_header(delivery, "Webhook-Signature", signature);
}

void stripe_signature(const char *secret, const char *timestamp, const char *body, size_t body_length,
                      char hex[2 * SHA256_BYTES + 1])
{
    size_t length = strlen(timestamp) + 1 + body_length;
    char *message = memory_alloc(length + 1);
    int start = snprintf(message, length + 1, "%s.", timestamp);
    memcpy(message + start, body, body_length);
    uint8_t mac[SHA256_BYTES];
    crypto_hmac_sha256(secret, strlen(secret), message, length, mac);
    free(message);
    hex_encode(mac, sizeof(mac), hex);
}

void delivery_sign_stripe(struct delivery *delivery, const char *secret, int64_t timestamp_s)
{
    char timestamp[32];
    snprintf(timestamp, sizeof(timestamp), "%" PRId64, timestamp_s);
    char hex[2 * SHA256_BYTES + 1];
    stripe_signature(secret, timestamp, delivery->body, delivery->body_length, hex);
    char value[DELIVERY_VALUE_BYTES];
    snprintf(value, sizeof(value), "t=%s,v1=%s", timestamp, hex);
    delivery_add_header(delivery, "Stripe-Signature", value);
}

enum webhook_verdict delivery_read(struct delivery *delivery)
{
    struct webhook_secrets secrets = {0};
    if (delivery->secrets != NULL)
        assert_int_equal(webhook_secrets_parse(delivery->provider, delivery->secrets, &secrets, NULL), STATUS_OK);
    struct webhook_header headers[DELIVERY_HEADERS_MAX];
    for (size_t i = 0; i < delivery->headers_count; i++)
        headers[i] = (struct webhook_header){delivery->names[i], strlen(delivery->names[i]), delivery->values[i],
                                             strlen(delivery->values[i])};
    struct webhook_input input = {.headers = headers,
                                  .headers_count = delivery->headers_count,
                                  .body = delivery->body,
                                  .body_length = delivery->body_length,
                                  .received_at_us = delivery->received_at_us};
    delivery->error = (struct error){0};
    struct arena *arena = arena_new();
    enum webhook_verdict verdict =
        delivery->provider->read(&secrets, &input, arena, &delivery->event, &delivery->error);
    arena_free(arena);
    webhook_secrets_release(&secrets);
    /* What the HTTP layer relies on, whatever the test. */
    if (verdict == WEBHOOK_UNSIGNED)
        assert_int_equal(delivery->error.status, STATUS_UNAUTHENTICATED);
    if (verdict == WEBHOOK_MALFORMED)
        assert_int_equal(delivery->error.status, STATUS_INVALID);
    return verdict;
}

char *format_body(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    assert_true(length >= 0);
    return text;
}
