#pragma once
/*
 * The outbox: rows of akkoord.job, work that follows from a commit and is inserted by it. Run by jobs/.
 *
 *     kind                 payload
 *     render_document      {"document": "<id>"}
 *     sandbox_webhook      {"event": "<webhook-id>", "body": "<the bytes to send>"}
 *     fetch_<provider>     {"provider": "<name>", "payment": "<the provider's id>"}; key: both, with a slash between
 *     refund_<provider>    {"payment": "<our id>"}; key: the same id
 *     ask_vies             {"order": "<id>"}; key: the same id
 *     send_mail            mails.h
 *
 * Calls to each provider are kinds of their own, so that one that hangs holds up no other's.
 *
 * Payloads hold identifiers and amounts, never personal data. A job that was taken is held until a time; the hold is
 * its only lock, so a killed process loses no job, and one that takes longer than its hold may run twice.
 *
 * A job may have a key, what it is about. Of one kind and key at most one job waits (others that are asked for join it)
 * and at most one is held; one that was asked for while another was held is run after it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/payment_event.h"
#include "akkoord/store/store.h"

#define JOB_RENDER_DOCUMENT "render_document"
#define JOB_SANDBOX_WEBHOOK "sandbox_webhook"
#define JOB_ASK_VIES        "ask_vies"
#define JOB_FETCH_PREFIX    "fetch_"
#define JOB_REFUND_PREFIX   "refund_"

struct job {
    struct uuid id;
    const char *kind;
    const char *payload;   /* JSON */
    int64_t attempts;      /* this one included */
    int64_t held_until_us; /* names the hold: who comes back too late changes nothing */
    int64_t created_at_us;
    bool is_revived; /* it was given up, and staff had it done again (dead_jobs.h) */
};

/* Payloads: pure; what is written and read lives in the arena. Reading: STATUS_INVALID `job_payload`. */
const char *job_write_document(struct arena *arena, const struct uuid *document_id);
enum status job_read_document(struct arena *arena, const char *payload, struct uuid *document_id,
                              struct error *error) AKKOORD_MUST_CHECK;
struct sandbox_webhook {
    const char *event_id;
    const char *body;
};
const char *job_write_sandbox_webhook(struct arena *arena, const struct sandbox_webhook *webhook);
enum status job_read_sandbox_webhook(struct arena *arena, const char *payload, struct sandbox_webhook *webhook,
                                     struct error *error) AKKOORD_MUST_CHECK;

/* A payment that its provider is asked about; the texts live in the arena. */
struct fetch_job {
    const char *provider;
    const char *payment_id;
};
const char *job_fetch_kind(struct arena *arena, const char *provider);
const char *job_refund_kind(struct arena *arena, const char *provider);
const char *job_fetch_key(struct arena *arena, const struct fetch_job *fetch);
const char *job_write_fetch(struct arena *arena, const struct fetch_job *fetch);
enum status job_read_fetch(struct arena *arena, const char *payload, struct fetch_job *fetch,
                           struct error *error) AKKOORD_MUST_CHECK;
const char *job_write_refund(struct arena *arena, const struct uuid *payment_id);
enum status job_read_refund(struct arena *arena, const char *payload, struct uuid *payment_id,
                            struct error *error) AKKOORD_MUST_CHECK;
const char *job_write_ask_vies(struct arena *arena, const struct uuid *order_id);
enum status job_read_ask_vies(struct arena *arena, const char *payload, struct uuid *order_id,
                              struct error *error) AKKOORD_MUST_CHECK;

/* Several of one kind, due at once; inside the caller's transaction or alone, all or none. */
enum status store_jobs_add(struct store *store, struct arena *arena, const char *kind, const char *const *payloads,
                           size_t count, struct error *error) AKKOORD_MUST_CHECK;

/* The same with keys, sorted by them; those that wait already are joined. */
struct keyed_job {
    const char *key;
    const char *payload;
};
enum status store_jobs_add_keyed(struct store *store, struct arena *arena, const char *kind,
                                 const struct keyed_job *jobs, size_t count, struct error *error) AKKOORD_MUST_CHECK;

/* The parameters of sql_job_insert_keyed, which the function above runs; for whoever inserts jobs in a pipeline of
 * their own. */
void store_jobs_keyed_params(struct arena *arena, const char *kind, const struct keyed_job *jobs, size_t count,
                             struct pg_params *params);

/* Takes the one of this kind that has been due longest, and holds it for `hold_us`; those that others hold are passed
 * over without waiting. `found` is false when nothing is due. */
enum status store_job_take(struct store *store, struct arena *arena, const char *kind, int64_t hold_us, struct job *job,
                           bool *found, struct error *error) AKKOORD_MUST_CHECK;
/* Done: the row is deleted. */
enum status store_job_finish(struct store *store, struct arena *arena, const struct job *job,
                             struct error *error) AKKOORD_MUST_CHECK;
/* Not done: due again at `run_at_us`, or never (0): dead, kept for staff to see. `code` is a word of struct error.
 * Changes nothing when the hold is over. */
enum status store_job_put_back(struct store *store, struct arena *arena, const struct job *job, int64_t run_at_us,
                               const char *code, struct error *error) AKKOORD_MUST_CHECK;

struct jobs_count {
    int64_t waiting; /* those that are held too */
    int64_t dead;
};
enum status store_jobs_count(struct store *store, struct jobs_count *count, struct error *error) AKKOORD_MUST_CHECK;

/* ---- what the clock asks for ---- */

/* Orders that wait for a payment and whose time is over, longest first, at most `limit`. */
enum status store_sweep_find_overdue(struct store *store, struct arena *arena, size_t limit, struct uuid **order_ids,
                                     size_t *count, struct error *error) AKKOORD_MUST_CHECK;
