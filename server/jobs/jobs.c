/*
 * The lanes and their threads: starting, waking, stopping. Threads share nothing but the lock, on which they wait; each
 * has a connection of its own.
 */
#include "akkoord/jobs/jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/store/mails.h"
#include "lanes.h"

#define SECONDS(number) ((number)*CLOCK_US_PER_SECOND)
#define LOW_NICENESS    10
#define THREADS_MAX     32
#define NS_PER_MS       1000000L
#define NS_PER_SECOND   1000000000L

static const struct job_kind send_kinds[] = {
    {JOB_SANDBOX_WEBHOOK, job_send_sandbox_webhook, SECONDS(10), {20, SECONDS(1) / 2, SECONDS(600)}},
};
static const struct job_kind render_kinds[] = {
    {JOB_RENDER_DOCUMENT, job_render_document, SECONDS(60), {10, SECONDS(1), SECONDS(3600)}},
};
/* Three days of tries. The hold is longer than a mail may take. */
static const struct job_kind mail_kinds[] = {
    {JOB_SEND_MAIL, job_send_mail, SECONDS(60), {80, SECONDS(1), SECONDS(3600)}},
};
/* A day of tries for what a webhook has told us to look at; a week for money that others wait for. The holds are short,
 * so that what a killed process was doing is taken up again soon, and longer than the calls of a job may take. */
#define FETCH_KIND(provider)                                                                                           \
    {                                                                                                                  \
        JOB_FETCH_PREFIX provider, job_fetch_payment, SECONDS(20),                                                     \
        {                                                                                                              \
            160, SECONDS(1), SECONDS(600)                                                                              \
        }                                                                                                              \
    }
#define REFUND_KIND(provider)                                                                                          \
    {                                                                                                                  \
        JOB_REFUND_PREFIX provider, job_refund_payment, SECONDS(30),                                                   \
        {                                                                                                              \
            40, SECONDS(1), SECONDS(21600)                                                                             \
        }                                                                                                              \
    }
static const struct job_kind stripe_fetch_kinds[] = {FETCH_KIND("stripe")};
static const struct job_kind stripe_refund_kinds[] = {REFUND_KIND("stripe")};
static const struct job_kind mollie_fetch_kinds[] = {FETCH_KIND("mollie")};
static const struct job_kind mollie_refund_kinds[] = {REFUND_KIND("mollie")};

/* The job itself says when it has asked for long enough (vies.c), long before these attempts are over. The hold is
 * longer than VIES may take. */
static const struct job_kind vies_kinds[] = {
    {JOB_ASK_VIES, job_ask_vies, SECONDS(60), {1000, SECONDS(1), SECONDS(3600)}},
};

static const struct job_lane lanes[] = {
    {"jobs-sweep", 1, sweep, NULL, 0, JOBS_SWEEP_MS, 0},
    {"audit", 1, sequence_audit, NULL, 0, JOBS_AUDIT_MS, 0},
    {"retention", 1, retain, NULL, 0, JOBS_RETENTION_MS, LOW_NICENESS},
    {"jobs-send", 2, run_next_job, send_kinds, 1, JOBS_POLL_MS, 0},
    {"jobs-render", 1, run_next_job, render_kinds, 1, JOBS_POLL_MS, LOW_NICENESS},
    {"jobs-mail", 2, run_next_job, mail_kinds, 1, JOBS_POLL_MS, LOW_NICENESS},
    {"fetch-stripe", JOBS_FETCH_THREADS, run_next_job, stripe_fetch_kinds, 1, JOBS_POLL_MS, 0},
    {"fetch-mollie", JOBS_FETCH_THREADS, run_next_job, mollie_fetch_kinds, 1, JOBS_POLL_MS, 0},
    {"refund-stripe", 1, run_next_job, stripe_refund_kinds, 1, JOBS_POLL_MS, 0},
    {"refund-mollie", 1, run_next_job, mollie_refund_kinds, 1, JOBS_POLL_MS, 0},
    {"vies", 1, run_next_job, vies_kinds, 1, JOBS_VIES_MS, LOW_NICENESS},
};

struct jobs {
    struct jobs_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    uint64_t wakes;
    struct job_thread threads[THREADS_MAX];
    size_t threads_count;
};

/* ---- waiting ---- */

bool jobs_are_stopping(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    bool stopping = jobs->stopping;
    pthread_mutex_unlock(&jobs->lock);
    return stopping;
}

static uint64_t wakes_so_far(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    uint64_t wakes = jobs->wakes;
    pthread_mutex_unlock(&jobs->lock);
    return wakes;
}

/* Until asked to end, woken more often than `*wakes` times (unless that is NULL), or the time is up. */
static void wait_for_change(struct jobs *jobs, const uint64_t *wakes, int timeout_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * NS_PER_MS;
    if (until.tv_nsec >= NS_PER_SECOND) {
        until.tv_sec++;
        until.tv_nsec -= NS_PER_SECOND;
    }
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping && (wakes == NULL || jobs->wakes == *wakes))
        if (pthread_cond_timedwait(&jobs->changed, &jobs->lock, &until) == ETIMEDOUT)
            break;
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_pause(struct jobs *jobs, int timeout_ms)
{
    wait_for_change(jobs, NULL, timeout_ms);
}

void jobs_wake(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->wakes++;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
}

/* ---- threads ---- */

static void *run_thread(void *argument)
{
    struct job_thread *thread = argument;
    struct jobs *jobs = thread->jobs;
    /* Of this thread alone, as Linux has it. */
    if (thread->lane->niceness != 0)
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), thread->lane->niceness);
    while (!jobs_are_stopping(jobs)) {
        uint64_t wakes = wakes_so_far(jobs);
        if (!thread->lane->work(thread))
            wait_for_change(jobs, &wakes, thread->lane->idle_ms);
    }
    return NULL;
}

static void start_thread(struct jobs *jobs, const struct job_lane *lane)
{
    if (jobs->threads_count == THREADS_MAX)
        abort(); /* more threads than there is room for */
    struct job_thread *thread = &jobs->threads[jobs->threads_count++];
    *thread = (struct job_thread){
        .jobs = jobs,
        .options = &jobs->options,
        .lane = lane,
        .store = store_new(jobs->options.database_url, "akkoord jobs", jobs->options.keyring),
    };
    if (pthread_create(&thread->thread, NULL, run_thread, thread) != 0)
        abort(); /* no thread at the start: nothing can run */
    (void)pthread_setname_np(thread->thread, lane->name);
}

struct jobs *jobs_start(const struct jobs_options *options)
{
    struct jobs *jobs = memory_alloc_zero(1, sizeof(*jobs));
    jobs->options = *options;
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&jobs->lock, NULL);
    (void)pthread_cond_init(&jobs->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
        for (size_t thread = 0; thread < lanes[i].threads; thread++)
            start_thread(jobs, &lanes[i]);
    }
    return jobs;
}

void jobs_stop(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
    for (size_t i = 0; i < jobs->threads_count; i++) {
        (void)pthread_join(jobs->threads[i].thread, NULL);
        store_free(jobs->threads[i].store);
    }
    (void)pthread_cond_destroy(&jobs->changed);
    (void)pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}
