#pragma once
/*
 * One webhook request as a test makes it: header by header, body, time of receipt. A test signs it, spoils it, and has
 * it read.
 */
#include "akkoord/base/clock.h"
#include "akkoord/webhooks/provider.h"
#include "akkoord/webhooks/standard_webhook.h"
#include "rule.h"

/* 2023-11-14T22:13:20Z: when every signature is made and received unless a test says otherwise. */
#define NOW_S      INT64_C(1700000000)
#define ORDER_TEXT "018bcfe5-6800-7000-8000-000000000001"
#define BODY_LIMIT 262144

#define DELIVERY_HEADERS_MAX 8
#define DELIVERY_VALUE_BYTES 1024

struct delivery {
    const struct webhook_provider *provider;
    const char *secrets; /* the setting; NULL: none configured */
    const char *body;
    size_t body_length;
    int64_t received_at_us;
    size_t headers_count;
    const char *names[DELIVERY_HEADERS_MAX];
    char values[DELIVERY_HEADERS_MAX][DELIVERY_VALUE_BYTES];
    /* Filled by delivery_read. */
    struct payment_event event;
    struct error error;
};

struct delivery delivery_of(const char *provider, const char *secrets, const char *body);
void delivery_add_header(struct delivery *delivery, const char *name, const char *value);
/* Adds the three headers, signed with the first secret of `secrets`. */
void delivery_sign_standard(struct delivery *delivery, const char *secrets, const char *id, int64_t timestamp_s);
/* Adds Stripe-Signature with one v1. */
void delivery_sign_stripe(struct delivery *delivery, const char *secret, int64_t timestamp_s);
/* The lowercase hex of Stripe's scheme, made without the code under test. */
void stripe_signature(const char *secret, const char *timestamp, const char *body, size_t body_length,
                      char hex[2 * SHA256_BYTES + 1]);
enum webhook_verdict delivery_read(struct delivery *delivery);

/* A body with `format` filled in, freed by the caller. */
char *format_body(const char *format, ...) AKKOORD_PRINTF(1, 2);
