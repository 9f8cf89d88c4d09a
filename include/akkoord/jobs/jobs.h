#pragma once
/*
 * The threads behind the API: what follows from a commit (the outbox, store/jobs.h) and what the clock asks for.
 *
 *     jobs-send     two: `sandbox_webhook`, which goes to ourselves
 *     jobs-render   one, at low priority: `render_document`; a core's work each, and nobody waits for it
 *     jobs-fetch    two: `fetch_payment`, which asks a provider what became of a payment
 *     jobs-refund   one: `refund_payment`
 *     jobs-sweep    one: expires orders, deletes what is over, has open attempts asked about and refunds begun
 *
 * Several processes may run them over one database. A job is held for a while by the thread that runs it and comes back
 * when that time is over without an end, so every job may run twice: what it does must bear that.
 */
#include "akkoord/acceptance/committer.h"
#include "akkoord/vault/keyring.h"
#include "akkoord/webhooks/calls.h"
#include "akkoord/webhooks/provider.h"

#define JOBS_SEND_THREADS  2
#define JOBS_FETCH_THREADS 2
#define JOBS_POLL_MS       250 /* how often an idle thread looks */
#define JOBS_SWEEP_MS      1000
#define JOBS_SWEEP_ROWS    200 /* of each kind in one sweep */

/* All of it must outlive the jobs. */
struct jobs_options {
    const char *database_url; /* the server's */
    struct keyring *keyring;
    struct committer *committer;
    const struct provider_accounts *accounts; /* those whose key is set */
    /* Where our own listener is reached, without a slash at the end, and what the sandbox signs with; NULL without the
     * sandbox. */
    const char *own_url;
    const char *own_certificate_file; /* of that listener; NULL without TLS */
    const struct webhook_secret *sandbox_secret;
};

struct jobs;

struct jobs *jobs_start(const struct jobs_options *options) __attribute__((returns_nonnull));
/* Lets the idle threads look at once. Any thread. */
void jobs_wake(struct jobs *jobs);
/* Breaks off calls to others, ends the jobs under way, joins the threads. What was broken off comes back. NULL is
 * accepted. */
void jobs_stop(struct jobs *jobs);
