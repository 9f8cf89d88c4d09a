/*
 * The daily retention run of a server. A thread of its own, which opens a session as the retention role for each run:
 * no other part of the server may delete what this may. Of several processes one runs; whoever finds it done, or under
 * way, looks again later.
 */
#include <stdio.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/store/retention.h"
#include "lanes.h"
#include "mail_folder.h"

#define DAY_US          (INT64_C(86400) * CLOCK_US_PER_SECOND)
#define CALL_TIMEOUT_MS 60000
/* Shorter than PostgreSQL takes to notice a deadlock: it is this side that steps back. */
#define LOCK_TIMEOUT_MS 500

static struct metric rows_deleted = {.kind = METRIC_COUNTER,
                                     .name = "akkoord_retention_deleted_total",
                                     .help = "Rows deleted because their term was over, by category."};
static struct metric last_run = {.kind = METRIC_GAUGE,
                                 .name = "akkoord_retention_last_run_seconds",
                                 .help = "When the last retention run that was finished began, in seconds since 1970."};

/* What was counted already of a run under way. */
struct telling {
    struct job_thread *thread;
    struct retention_counts told;
};

static void count_rows(void *context, const struct retention_counts *counts)
{
    struct telling *telling = context;
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        char labels[METRIC_LABELS_BYTES];
        (void)snprintf(labels, sizeof(labels), "category=\"%s\"", retention_rule_of((enum retention_category)i)->name);
        if (counts->rows[i] > telling->told.rows[i])
            metric_add(&rows_deleted, labels, counts->rows[i] - telling->told.rows[i]);
    }
    telling->told = *counts;
}

static bool is_stopping(void *context)
{
    const struct telling *telling = context;
    return jobs_are_stopping(telling->thread->jobs);
}

static void log_counts(const struct retention_counts *counts)
{
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        if (counts->rows[i] > 0)
            log_event(LOG_INFO, "retention.deleted",
                      log_text("category", retention_rule_of((enum retention_category)i)->name),
                      log_int("rows", counts->rows[i]));
    }
}

static void tell_failure(enum status status, const struct error *error)
{
    /* Somebody else is at it; or the database is away, which others say loudly enough. */
    if (status == STATUS_UNAVAILABLE || strcmp(error->code, "retention_busy") == 0)
        return;
    log_event(LOG_ERROR, "retention.failed", log_text("code", error->code), log_text("detail", error->detail));
}

static enum status run_once(struct job_thread *thread, struct store *store, struct error *error)
{
    struct telling telling = {.thread = thread};
    struct retention_counts counts;
    const struct retention_run run = {
        .origin = "server",
        .now_us = clock_now_us(),
        .clock_offset_us = thread->options->clock_offset_us,
        .progress = count_rows,
        .is_stopping = is_stopping,
        .context = &telling,
    };
    enum status status = store_retention_run(store, &run, &counts, error);
    log_counts(&counts);
    if (status == STATUS_OK && !is_stopping(&telling)) {
        log_event(LOG_INFO, "retention.done", log_text("policy", retention_version));
        metric_set(&last_run, "", run.now_us / CLOCK_US_PER_SECOND);
    }
    return status;
}

static void run_when_due(struct job_thread *thread)
{
    const struct pg_options options = {.url = thread->options->retention_url,
                                       .application = "akkoord retention",
                                       .call_timeout_ms = CALL_TIMEOUT_MS,
                                       .lock_timeout_ms = LOCK_TIMEOUT_MS};
    struct store *store = store_new_with_options(&options, thread->options->keyring);
    struct arena *arena = arena_new();
    struct error error;
    int64_t last_us = 0;
    int64_t now_us = clock_now_us();
    enum status status = store_retention_last_run(store, arena, now_us, &last_us, &error);
    if (status == STATUS_OK && last_us != 0)
        metric_set(&last_run, "", last_us / CLOCK_US_PER_SECOND);
    if (status == STATUS_OK && (last_us == 0 || now_us - last_us >= DAY_US))
        status = run_once(thread, store, &error);
    if (status != STATUS_OK)
        tell_failure(status, &error);
    arena_free(arena);
    store_free(store);
}

/* Woken for every job, like all lanes: most of the time there is nothing to look at. */
bool retain(struct job_thread *thread)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us < thread->look_us)
        return false;
    if (thread->options->retention_url != NULL)
        run_when_due(thread);
    else if (thread->look_us == 0)
        log_event(LOG_WARNING, "retention.off", log_text("setting", "AKKOORD_DATABASE_RETENTION_URL"));
    mail_folder_forget(thread->options->mail.folder, clock_now_us() - MAIL_FOLDER_DAYS * DAY_US);
    thread->look_us = now_us + JOBS_RETENTION_MS * INT64_C(1000);
    return false;
}
