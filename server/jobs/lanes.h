#pragma once
/* What the files behind jobs.h share. */
#include <pthread.h>
#include <stdbool.h>

#include "akkoord/http/client.h"
#include "akkoord/jobs/backoff.h"
#include "akkoord/jobs/jobs.h"
#include "akkoord/store/jobs.h"

/* Refunds of one payment that may fail, each after its provider took it, before it is left to staff. */
#define REFUND_FAILURES_MAX 5

/* A thread, and what it works with; used by that thread alone. */
struct job_thread {
    struct jobs *jobs;
    const struct jobs_options *options;
    const struct job_lane *lane;
    pthread_t thread;
    struct store *store;
    int64_t retry_after_us;   /* of the job that runs: the provider asks to be left alone for so long; 0: it does not */
    int64_t ticks;            /* of the sweep */
    int64_t overdue_told_day; /* of the sweep: when it was last logged that reviews are overdue */
    int64_t look_us;          /* of the lanes of audit and retention: when to look next, monotonic */
    int64_t told_us;          /* of the audit lane: when a fault was last logged, monotonic; 0: never */
};

/* STATUS_OK and STATUS_NOT_FOUND (what it was about is gone) end a job, STATUS_INVALID gives it up, everything else
 * brings it back later. */
typedef enum status job_function(struct job_thread *thread, struct arena *arena, const struct job *job,
                                 struct error *error);

struct job_kind {
    const char *name;
    job_function *run;
    int64_t hold_us; /* longer than a run takes */
    struct backoff backoff;
};

/* Threads that do the same work. */
struct job_lane {
    const char *name; /* at most 15 characters: the threads' name */
    size_t threads;
    /* Does what is to be done now; false when there was nothing. */
    bool (*work)(struct job_thread *thread);
    const struct job_kind *kinds; /* of run_next_job() */
    size_t kinds_count;
    int idle_ms;
    int niceness;
};

/* Whether the threads are asked to end. */
bool jobs_are_stopping(struct jobs *jobs);
/* Waits for at most `timeout_ms`, less when asked to end. */
void jobs_pause(struct jobs *jobs, int timeout_ms);

/* Takes one job of the lane's kinds, runs it, and settles it. */
bool run_next_job(struct job_thread *thread);
/* One round of what the clock asks for. */
bool sweep(struct job_thread *thread);

/* Every second, places and a signature for what was added to the audit log. */
bool sequence_audit(struct job_thread *thread);

/* Once a day, what has reached its term. */
bool retain(struct job_thread *thread);

/* Plans looks at open attempts and begins refunds; of providers whose key is set. */
void sweep_payments(struct job_thread *thread, struct arena *arena);

/* Counts the reviews that are overdue. */
void sweep_reviews(struct job_thread *thread, struct arena *arena);

/* Hands an event to the committer and waits until it is durable. */
enum status jobs_feed_event(struct job_thread *thread, const struct payment_event *event, const char *body,
                            size_t body_length, struct error *error) AKKOORD_MUST_CHECK;

job_function job_ask_vies;
job_function job_fetch_payment;
job_function job_refund_payment;
job_function job_render_document;
job_function job_send_mail;
job_function job_send_sandbox_webhook;
