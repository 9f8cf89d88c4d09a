#pragma once
/*
 * What a payment provider's webhook says: is it really from the provider, and what happened to which payment.
 *
 * Everything here is pure: a function of the secrets and of the bytes received, without I/O and without state, so any
 * thread may call it at any time. Reading is: the signature first, over the raw bytes; only what is signed is parsed.
 * One provider is one file in webhooks/; this header is all that the rest of the program knows of it.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/payment_event.h"

/* How far a signature's time may lie from ours, either side; exactly this much is still good. */
#define WEBHOOK_TOLERANCE_S 300
/* The largest amount an event may name, in minor units: far above any payment, far below where sums overflow. */
#define WEBHOOK_AMOUNT_MINOR_MAX INT64_C(1000000000000000)

#define WEBHOOK_SECRETS_MAX      8
#define WEBHOOK_SECRET_BYTES_MAX 256

struct webhook_secret {
    uint8_t bytes[WEBHOOK_SECRET_BYTES_MAX];
    size_t length;
};

/* The keys of one provider, ready for use: more than one while a secret is being rotated. None: every signature is
 * wrong. Owned by whoever parsed them; only read after that, so all threads may share them. */
struct webhook_secrets {
    struct webhook_secret items[WEBHOOK_SECRETS_MAX];
    size_t count;
};

/* Neither text needs a NUL. The name is compared without regard to case. */
struct webhook_header {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* A request as it came in. Header fields stand here one by one, never joined: a second signature must be seen. */
struct webhook_input {
    const struct webhook_header *headers;
    size_t headers_count;
    const void *body;
    size_t body_length;
    int64_t received_at_us;
};

/* What to do with the request. Of a ping only `provider` and `payment_id` of the event count: it names a payment
 * without saying, in words that may be believed, what happened to it. */
enum webhook_verdict {
    WEBHOOK_EVENT,         /* `event` is filled in: hand it on, answer once it is durable */
    WEBHOOK_PING,          /* signed: ask the provider about this payment, answer once that is durable */
    WEBHOOK_PING_UNSIGNED, /* the same from anybody: as much of it as there is room for */
    WEBHOOK_UNSIGNED,      /* answer 401: the signature is missing, wrong, too old or too far ahead */
    WEBHOOK_MALFORMED,     /* answer 400: signed, but not what the provider's format says */
};

struct webhook_provider {
    const char *name;           /* as in /webhooks/{name} and payment_event.provider */
    const char *secret_setting; /* the setting that holds the secrets */
    /* One item of that setting to a key; the status of a wrong one is STATUS_INVALID, its detail says what is wrong
     * without the text. */
    enum status (*parse_secret)(const char *text, size_t length, struct webhook_secret *secret,
                                struct error *error) AKKOORD_MUST_CHECK;
    /* Fills `event` completely for WEBHOOK_EVENT, provider and payment_id for pings, and `error` (may be NULL) for the
     * other verdicts: status STATUS_UNAUTHENTICATED with the code "unauthenticated", or STATUS_INVALID with the code
     * and the field of base/json.h. What was parsed lives in `arena`; the event does not point into it. */
    enum webhook_verdict (*read)(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                 struct arena *arena, struct payment_event *event,
                                 struct error *error) AKKOORD_MUST_CHECK;
};

/* By name, exactly as written; NULL when there is none. */
const struct webhook_provider *webhook_provider_find(const char *name);

/* The setting's text: one or more secrets separated by commas, white space around each ignored. STATUS_INVALID names
 * the setting as field; then `secrets` is left empty. */
enum status webhook_secrets_parse(const struct webhook_provider *provider, const char *text,
                                  struct webhook_secrets *secrets, struct error *error) AKKOORD_MUST_CHECK;
/* Overwrites. Zeroed secrets may be released too. */
void webhook_secrets_release(struct webhook_secrets *secrets);
