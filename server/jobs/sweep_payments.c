/*
 * What the clock asks of payment providers: looks at attempts that stay open and at refunds, and refunds that are due.
 * The sweep's thread; it only adds jobs, which the lanes run. A job is added before it is written down that it was, so
 * a crash in between adds it twice, and never not at all.
 */
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/jobs/asking.h"
#include "akkoord/store/payments.h"
#include "lanes.h"

static struct metric payments_asked = {
    .kind = METRIC_COUNTER,
    .name = "akkoord_payments_asked_total",
    .help = "Open attempts to pay, and refunds, that a provider was asked about unprompted."};

static int compare_keys(const void *left, const void *right)
{
    return strcmp(((const struct keyed_job *)left)->key, ((const struct keyed_job *)right)->key);
}

static enum status add_jobs(struct job_thread *thread, struct arena *arena, const char *kind, struct keyed_job *jobs,
                            size_t count, struct error *error)
{
    if (count > 1)
        qsort(jobs, count, sizeof(*jobs), compare_keys);
    return store_jobs_add_keyed(thread->store, arena, kind, jobs, count, error);
}

/* ---- looks ---- */

/* When to look at each next; 0: not at all (any more). */
static void plan(const struct provider_accounts *accounts, struct open_payment *payments, size_t count)
{
    int64_t now_us = clock_now_us();
    for (size_t i = 0; i < count; i++) {
        struct open_payment *payment = &payments[i];
        bool is_asked = asking_is_of_use(payment->provider, payment->status) &&
                        provider_account_find(accounts, payment->provider) != NULL;
        payment->ask_at_us = is_asked ? asking_next_us(payment->asked, payment->since_us, now_us) : 0;
    }
}

/* A job for each look at this provider's that is due now. The first round only plans. */
static enum status look(struct job_thread *thread, struct arena *arena, const char *provider,
                        const struct open_payment *payments, size_t count, struct error *error)
{
    struct keyed_job *jobs = ARENA_ARRAY(arena, struct keyed_job, count);
    size_t jobs_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct open_payment *payment = &payments[i];
        if (payment->ask_at_us == 0 || payment->asked == 0 || strcmp(payment->provider, provider) != 0)
            continue;
        const struct fetch_job fetch = {.provider = provider, .payment_id = payment->provider_payment_id};
        jobs[jobs_count++] =
            (struct keyed_job){.key = job_fetch_key(arena, &fetch), .payload = job_write_fetch(arena, &fetch)};
    }
    enum status status = add_jobs(thread, arena, job_fetch_kind(arena, provider), jobs, jobs_count, error);
    if (status == STATUS_OK)
        metric_add(&payments_asked, "", (int64_t)jobs_count);
    return status;
}

static enum status ask_about_payments(struct job_thread *thread, struct arena *arena, struct error *error)
{
    const struct provider_accounts *accounts = thread->options->accounts;
    struct open_payment *payments;
    size_t count = 0;
    enum status status =
        store_payments_to_ask(thread->store, arena, clock_now_us(), JOBS_SWEEP_ROWS, &payments, &count, error);
    if (status != STATUS_OK || count == 0)
        return status;
    plan(accounts, payments, count);
    for (size_t i = 0; status == STATUS_OK && i < accounts->count; i++)
        status = look(thread, arena, accounts->items[i].client->name, payments, count, error);
    return status == STATUS_OK ? store_payments_set_asked(thread->store, arena, payments, count, error) : status;
}

/* ---- refunds ---- */

static enum status begin_refunds(struct job_thread *thread, struct arena *arena, const char *provider,
                                 struct error *error)
{
    struct uuid *ids;
    size_t count = 0;
    enum status status = store_payments_to_refund(thread->store, arena, provider, JOBS_SWEEP_ROWS, &ids, &count, error);
    if (status != STATUS_OK || count == 0)
        return status;
    struct keyed_job *jobs = ARENA_ARRAY(arena, struct keyed_job, count);
    for (size_t i = 0; i < count; i++) {
        char id[UUID_TEXT_BYTES];
        jobs[i] = (struct keyed_job){.key = arena_copy_text(arena, uuid_format(&ids[i], id)),
                                     .payload = job_write_refund(arena, &ids[i])};
    }
    return add_jobs(thread, arena, job_refund_kind(arena, provider), jobs, count, error);
}

void sweep_payments(struct job_thread *thread, struct arena *arena)
{
    const struct provider_accounts *accounts = thread->options->accounts;
    struct error error;
    if (accounts->count == 0)
        return;
    enum status status = ask_about_payments(thread, arena, &error);
    for (size_t i = 0; status == STATUS_OK && i < accounts->count; i++)
        status = begin_refunds(thread, arena, accounts->items[i].client->name, &error);
    if (status == STATUS_INTERNAL)
        log_event(LOG_ERROR, "sweep.payments_failed", log_text("code", error.code), log_text("detail", error.detail));
}
