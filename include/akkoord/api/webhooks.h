#pragma once
/*
 * POST /webhooks/{provider}: from the request to the committer and back (CONTRACT section 5).
 *
 * Runs on the event loops and never blocks: the signature is checked and the event normalised at once, the answer comes
 * from the committer's thread when the event is durable.
 */
#include <stddef.h>

#include "akkoord/acceptance/committer.h"
#include "akkoord/base/rate_limit.h"
#include "akkoord/http/router.h"
#include "akkoord/webhooks/provider.h"

#define WEBHOOK_PROVIDERS_MAX 8

/* A provider whose webhooks are taken: its secrets are set, or it pings and can be asked. Another is not found. */
struct webhook_source {
    const struct webhook_provider *provider;
    struct webhook_secrets secrets;
};

/* How many unsigned pings of a provider are taken in; more are answered 429. */
#define WEBHOOK_PINGS_MAX      600
#define WEBHOOK_PINGS_PERIOD_S 60

/* Must outlive the server; only read once the server has started. */
struct webhook_receiver {
    struct committer *committer;
    struct rate_limit *pings; /* of unsigned pings; NULL: as many as come */
    struct webhook_source sources[WEBHOOK_PROVIDERS_MAX];
    size_t sources_count;
};

/* Adds a source when `secrets_text` (the setting's value) is set; NULL or empty: nothing is added. STATUS_INVALID names
 * the setting. */
enum status webhook_receiver_add(struct webhook_receiver *receiver, const char *provider, const char *secrets_text,
                                 struct error *error) AKKOORD_MUST_CHECK;
/* The same for a provider that also pings unsigned: it is added with or without secrets. */
enum status webhook_receiver_add_pinged(struct webhook_receiver *receiver, const char *provider,
                                        const char *secrets_text, struct error *error) AKKOORD_MUST_CHECK;
/* Overwrites the secrets, ends the counting. */
void webhook_receiver_release(struct webhook_receiver *receiver);

/* The route; `receiver` is its context. */
struct http_route webhook_receiver_route(struct webhook_receiver *receiver);
