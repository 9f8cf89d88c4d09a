#pragma once
/*
 * The committer: the one thread through which every change of an order's state goes.
 *
 * What arrives while one batch is being committed waits and makes up the next: an idle system commits one event at
 * once, a busy one hundreds together. A batch is one transaction in two round trips (batch.c). Nobody is told of a
 * success before the commit has returned.
 *
 * Any thread may submit. Several processes may run a committer each over one database.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/payment_event.h"
#include "akkoord/domain/transition.h"
#include "akkoord/store/series.h"
#include "akkoord/vault/keyring.h"

#define COMMITTER_WAITING_MAX 8192 /* items; more are refused as busy */
#define COMMITTER_BATCH_MAX   256  /* items in one transaction */
#define COMMITTER_DEADLINE_MS 5000 /* an item that is not durable by then is answered as unavailable */

struct committer;

struct committer_options {
    const char *database_url; /* the worker's; copied */
    struct keyring *keyring;  /* must outlive the committer */
    bool installation_live;
    struct document_series series; /* that documents are issued in */
};

struct committer *committer_start(const struct committer_options *options) __attribute__((returns_nonnull));
/* Refuses new items, commits what waits (until its deadlines), ends the thread. NULL is accepted. */
void committer_stop(struct committer *committer);

/* Whether the last batch, or the probe that replaces it while nothing is to do, reached the database. */
bool committer_is_healthy(const struct committer *committer);

/*
 * Called on the committer's thread, exactly once, when the event is durable (STATUS_OK: applied, held, duplicate,
 * unmatched, quarantined alike), or may not be (STATUS_UNAVAILABLE: sending it again is safe). Must not block.
 */
typedef void committer_done(void *context, enum status status);

/* `event` is copied; `body` must live until `done` is called: it is sealed and kept when the event fits no order.
 * STATUS_BUSY when too much is waiting: `done` is then never called. */
enum status committer_submit_event(struct committer *committer, const struct payment_event *event, const void *body,
                                   size_t body_length, committer_done *done, void *context) AKKOORD_MUST_CHECK;

/* The provider is to be asked about a payment: `ping` names both (`provider`, `payment_id`), nothing else of it counts.
 * Durable as a job (store/jobs.h), joined with one for the same payment that has not begun. */
enum status committer_submit_ping(struct committer *committer, const struct payment_event *ping, committer_done *done,
                                  void *context) AKKOORD_MUST_CHECK;

/* What a person or a clock asks of one order. */
struct order_command {
    enum command_kind kind; /* any but COMMAND_PAYMENT_EVENT */
    struct uuid order_id;
    /* COMMAND_CANCEL and COMMAND_ADD_ATTEMPT: whose order it must be; nil: anybody's (staff, clock). */
    struct uuid customer_id;
    struct payment attempt; /* COMMAND_ADD_ATTEMPT: id, provider, provider_payment_id (or empty), live,
                             * checkout_url */
    /* COMMAND_REVIEW_OUTCOME */
    struct uuid review_id; /* order_id may be left nil */
    enum review_outcome review_outcome;
    struct uuid staff_id; /* COMMAND_COMPLETE too */
    /* Of an outcome that a second member of staff confirms: who, and when it was proposed. Else nil and 0. */
    struct uuid confirmed_by;
    int64_t proposed_at_us;
    /* COMMAND_CREDIT; what it points to must live until the answer. *credit_is_repeated is set when the same was asked
     * for before under the same Idempotency-Key, and nothing was done. */
    const struct credit_request *credit;
    bool *credit_is_repeated;
    const char *reasons; /* the reviewer's own words, UTF-8; sealed by the committer under the order's billing key */
};

/*
 * Blocks the calling worker thread until the command is durable or refused; never call it on an event loop.
 * STATUS_OK · STATUS_NOT_FOUND (no such order or review, or not this customer's) · STATUS_CONFLICT with the codes of
 * order_transition(), `review_decided`, `proposal_changed` and `idempotency_mismatch` · STATUS_INVALID as of
 * order_transition() · STATUS_BUSY · STATUS_UNAVAILABLE (may or may not be
 * kept).
 */
enum status committer_run(struct committer *committer, const struct order_command *command,
                          struct error *error) AKKOORD_MUST_CHECK;
