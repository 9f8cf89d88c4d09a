/*
 * One job from its row to its end. Lanes' threads. A job is settled, finished or put back, before its hold is over, or
 * else comes back by itself: no outcome is lost, and none that came too late overwrites another's.
 */
#include "lanes.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"

#define SETTLE_PAUSE_MS    200
#define RETRY_AFTER_US_MAX (INT64_C(3600) * CLOCK_US_PER_SECOND)

static struct metric jobs_counted = {.kind = METRIC_COUNTER,
                                     .name = "akkoord_jobs_total",
                                     .help = "Jobs that were run, by kind and what became of them."};

static void count_job(const struct job_kind *kind, const char *outcome)
{
    char labels[METRIC_LABELS_BYTES];
    (void)snprintf(labels, sizeof(labels), "kind=\"%s\",outcome=\"%s\"", kind->name, outcome);
    metric_add(&jobs_counted, labels, 1);
}

/* No sooner than the provider asks for, as far as that is within reason. */
static int64_t next_attempt_us(const struct job_kind *kind, const struct job *job, enum status status,
                               int64_t retry_after_us)
{
    uint32_t random;
    crypto_random(&random, sizeof(random));
    int64_t pause_us = status == STATUS_INVALID ? 0 : backoff_pause_us(&kind->backoff, job->attempts, random);
    if (retry_after_us > RETRY_AFTER_US_MAX)
        retry_after_us = RETRY_AFTER_US_MAX;
    if (pause_us > 0 && pause_us < retry_after_us)
        pause_us = retry_after_us;
    return pause_us > 0 ? clock_now_us() + pause_us : 0;
}

/* Writes down how it ended; while the database is away, again and again until the hold is over. */
static void settle(struct job_thread *thread, struct arena *arena, const struct job *job, bool is_done,
                   int64_t run_at_us, const char *code)
{
    for (;;) {
        struct error error;
        enum status status = is_done ? store_job_finish(thread->store, arena, job, &error)
                                     : store_job_put_back(thread->store, arena, job, run_at_us, code, &error);
        if (status == STATUS_OK)
            return;
        if (status != STATUS_UNAVAILABLE || clock_now_us() >= job->held_until_us || jobs_are_stopping(thread->jobs)) {
            log_event(LOG_WARNING, "job.not_settled", log_uuid("job", &job->id), log_text("code", error.code));
            return;
        }
        jobs_pause(thread->jobs, SETTLE_PAUSE_MS);
    }
}

static void run_job(struct job_thread *thread, struct arena *arena, const struct job_kind *kind, const struct job *job)
{
    struct error error = {.status = STATUS_OK};
    thread->retry_after_us = 0;
    enum status status = kind->run(thread, arena, job, &error);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
        settle(thread, arena, job, true, 0, "");
        count_job(kind, "done");
        return;
    }
    int64_t run_at_us = next_attempt_us(kind, job, status, thread->retry_after_us);
    count_job(kind, run_at_us != 0 ? "retried" : "dead");
    log_event(run_at_us != 0 ? LOG_WARNING : LOG_ERROR, run_at_us != 0 ? "job.failed" : "job.dead",
              log_text("kind", kind->name), log_uuid("job", &job->id), log_int("attempts", job->attempts),
              log_text("code", error.code));
    settle(thread, arena, job, false, run_at_us, error.code);
}

bool run_next_job(struct job_thread *thread)
{
    bool found = false;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < thread->lane->kinds_count && !found; i++) {
        const struct job_kind *kind = &thread->lane->kinds[i];
        struct job job;
        struct error error;
        if (store_job_take(thread->store, arena, kind->name, kind->hold_us, &job, &found, &error) != STATUS_OK)
            break; /* the database is away, which others say loudly enough */
        if (found)
            run_job(thread, arena, kind, &job);
    }
    arena_free(arena);
    return found;
}
