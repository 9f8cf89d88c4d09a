#pragma once
/*
 * The API for customers and staff: what it needs, its worker threads, and the routes it serves (CONTRACT section 3).
 *
 * A request is taken on an event loop and answered from a worker thread, where its handler is straight-line code with a
 * database connection of its own. There are two lanes of threads: `api` for what mostly waits for the database, and
 * `slow` for what keeps a core busy (Argon2id, rendering a PDF), so that log-ins can't starve reading. Nobody waits for
 * a payment provider on a thread, and of what is asked of one that is slow only so much is under way at once.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/acceptance/committer.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/http/router.h"
#include "akkoord/vault/erasure_ledger.h"
#include "akkoord/vault/keyring.h"
#include "akkoord/webhooks/calls.h"

#define API_THREADS_DEFAULT 6
#define API_SLOW_THREADS    2   /* at most two password hashes at once: 19 MiB each */
#define API_QUEUE_MAX       512 /* requests that wait for a thread of the api lane; more are answered 503 */
#define API_SLOW_QUEUE_MAX  64
#define API_QUESTIONS_MAX   128 /* under way to one provider; more are answered as if it did not answer */

/* All of it must outlive the api; nothing is copied but the struct. */
struct api_options {
    const char *server_url; /* customers' calls */
    const char *worker_url; /* all others */
    struct keyring *keyring;
    struct committer *committer;
    struct erasure_ledger *erasures;
    const struct seller *seller;              /* as it goes on new orders */
    const char *exchange_rates_file;          /* or NULL: api/exchange_rates.h */
    const struct notices *notices;            /* what people are told: notices.h */
    const char *public_url;                   /* no slash at the end */
    const struct provider_accounts *accounts; /* those whose key is set: a checkout is asked of them */
    struct http_client *client;               /* for that */
    bool asks_vies;                           /* an order whose VAT rests on a VAT number gets a job that asks VIES */
    int64_t order_expires_s;
    bool installation_live;
    bool rate_limits;               /* AKKOORD_RATE_LIMITS */
    bool review_strict;             /* AKKOORD_REVIEW_STRICT: whoever decides must have had the inputs before them */
    int64_t review_four_eyes_minor; /* AKKOORD_REVIEW_FOUR_EYES_AMOUNT; 0: never */
    bool sandbox;                   /* `sandbox` may be ordered with */
    size_t threads;                 /* of the api lane; 0: API_THREADS_DEFAULT */
    /* Tells the jobs that one was added, so that it is not found only when they look next; may be NULL. */
    void (*wake_jobs)(void *jobs);
    void *jobs;
};

struct api;

/* Starts the lanes. Nothing connects to the database before the first request. */
struct api *api_start(const struct api_options *options) __attribute__((returns_nonnull));
/* Answers what waits, ends the threads. No request may arrive any more. NULL is accepted. */
void api_stop(struct api *api);
/* Sets the gauges of what waits in the lanes. Any thread. */
void api_refresh_metrics(struct api *api);

/* The routes of /v1 and /openapi.json, for the server's table; they live as long as the api. */
const struct http_route *api_routes(struct api *api, size_t *count);
