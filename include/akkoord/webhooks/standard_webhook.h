#pragma once
/*
 * The signing side of Standard Webhooks, for the sandbox, which sends its webhooks over HTTP as a real provider does.
 *
 * Source: the Standard Webhooks specification, https://github.com/standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/crypto.h"
#include "akkoord/webhooks/provider.h"

/* "v1," and a SHA-256 in base64, with its NUL. */
#define STANDARD_WEBHOOK_SIGNATURE_BYTES (3 + BASE64_BYTES(SHA256_BYTES))

/* The value of the header webhook-signature for one secret. `id` goes out as webhook-id (the same on every retry, no
 * dot in it), `timestamp_s` as webhook-timestamp (Unix seconds of this attempt, not negative). Pure. */
void standard_webhook_sign(const struct webhook_secret *secret, const char *id, int64_t timestamp_s, const void *body,
                           size_t body_length, char header[STANDARD_WEBHOOK_SIGNATURE_BYTES]);
