#pragma once
/*
 * The threads behind the API: what follows from a commit (the outbox, store/jobs.h) and what the clock asks for.
 *
 *     jobs-sweep           expires orders, deletes what is over, has open attempts asked about and refunds begun
 *     retention            once a day deletes what has reached its term (store/retention.h), as a role of its own
 *     jobs-send, two       `sandbox_webhook`, which goes to ourselves
 *     jobs-render          `render_document`, at low priority; a core's work each, and nobody waits for it
 *     jobs-mail, two       `send_mail`, at low priority: the more so as most of it follows what was rendered
 *     fetch-<provider>     `fetch_<provider>`: asks what became of a payment
 *     refund-<provider>    `refund_<provider>`: sends money back
 *     vies                 `ask_vies`: whether the VAT number is valid that an order's VAT rests on
 *
 * Several processes may run them over one database. A job is held for a while by the thread that runs it and comes back
 * when that time is over without an end, so every job may run twice: what it does must bear that.
 */
#include "akkoord/acceptance/committer.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/http/client_mail.h"
#include "akkoord/vault/keyring.h"
#include "akkoord/webhooks/calls.h"
#include "akkoord/webhooks/provider.h"

#define JOBS_FETCH_THREADS 2    /* for each provider: as many calls at once */
#define JOBS_POLL_MS       250  /* how often an idle thread looks */
#define JOBS_VIES_MS       1000 /* nobody waits for that */
#define JOBS_SWEEP_MS      1000
#define JOBS_AUDIT_MS      1000  /* how often the audit log is signed, while it grows */
#define JOBS_RETENTION_MS  60000 /* how often it is looked whether a day is over */
#define JOBS_SWEEP_ROWS    200   /* of each kind in one sweep */

/* Where mail goes. */
struct mail_transport {
    const struct mail_server *server; /* NULL: into the folder */
    struct http_client *client;       /* for mail alone; cancelled before jobs_stop() */
    const char *folder;
    const char *from; /* the sender's address */
};

/* All of it must outlive the jobs. */
struct jobs_options {
    const char *database_url;  /* the worker's */
    const char *retention_url; /* the retention role's; NULL: nothing is deleted here */
    int64_t clock_offset_us;   /* by which the clock is shifted on purpose */
    struct keyring *keyring;
    struct committer *committer;
    const struct provider_accounts *accounts; /* those whose key is set */
    const struct provider_account *vies;      /* NULL: VIES is not asked */
    struct http_client *client;               /* for calls to these; cancelled before jobs_stop() */
    struct mail_transport mail;
    const struct seller *seller; /* who writes */
    const char *public_url;      /* for links; no slash at the end */
    /* Where our own listener is reached, without a slash at the end, and what the sandbox signs with; NULL without the
     * sandbox. */
    const char *own_url;
    struct http_client *own_client; /* for calls there; cancelled before jobs_stop() */
    const struct webhook_secret *sandbox_secret;
};

struct jobs;

struct jobs *jobs_start(const struct jobs_options *options) __attribute__((returns_nonnull));
/* Lets the idle threads look at once. Any thread. */
void jobs_wake(struct jobs *jobs);
/* Ends the jobs under way and joins the threads. What was broken off by cancelling the clients comes back. NULL is
 * accepted. */
void jobs_stop(struct jobs *jobs);
