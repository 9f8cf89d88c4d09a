/*
 * What no request asks for but the clock. The sweep's thread; orders are changed by the committer alone, and everything
 * here may be done by several processes at once.
 */
#include "lanes.h"

#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/store/retention.h"

#define COUNT_EVERY_TICKS  5
#define FORGET_EVERY_TICKS 10

static struct metric jobs_waiting = {
    .kind = METRIC_GAUGE, .name = "akkoord_jobs_waiting", .help = "Jobs that are to be run, in the whole database."};
static struct metric jobs_dead = {
    .kind = METRIC_GAUGE, .name = "akkoord_jobs_dead", .help = "Jobs that were given up, in the whole database."};
static struct metric orders_expired = {
    .kind = METRIC_COUNTER, .name = "akkoord_orders_expired_total", .help = "Orders whose time for paying ran out."};

static void count_jobs(struct job_thread *thread)
{
    struct jobs_count count;
    if (store_jobs_count(thread->store, &count, NULL) != STATUS_OK)
        return;
    metric_set(&jobs_waiting, "", count.waiting);
    metric_set(&jobs_dead, "", count.dead);
}

/* True when there may be more. */
static bool expire_orders(struct job_thread *thread, struct arena *arena)
{
    struct uuid *order_ids;
    size_t count;
    if (store_sweep_find_overdue(thread->store, arena, JOBS_SWEEP_ROWS, &order_ids, &count, NULL) != STATUS_OK)
        return false;
    for (size_t i = 0; i < count && !jobs_are_stopping(thread->jobs); i++) {
        const struct order_command command = {.kind = COMMAND_EXPIRE, .order_id = order_ids[i]};
        struct error error;
        enum status status = committer_run(thread->options->committer, &command, &error);
        if (status == STATUS_OK) {
            metric_add(&orders_expired, "", 1);
            continue;
        }
        log_event(LOG_WARNING, "sweep.not_expired", log_uuid("order", &order_ids[i]), log_text("code", error.code));
        if (status == STATUS_UNAVAILABLE || status == STATUS_BUSY)
            return false;
    }
    return count == JOBS_SWEEP_ROWS;
}

bool sweep(struct job_thread *thread)
{
    struct arena *arena = arena_new();
    struct error error;
    if (thread->ticks % COUNT_EVERY_TICKS == 0)
        count_jobs(thread);
    if (thread->ticks % FORGET_EVERY_TICKS == 0 &&
        store_retention_forget(thread->store, arena, JOBS_SWEEP_ROWS, &error) == STATUS_INTERNAL)
        log_event(LOG_ERROR, "sweep.not_forgotten", log_text("code", error.code), log_text("detail", error.detail));
    if (thread->ticks % COUNT_EVERY_TICKS == 0)
        sweep_reviews(thread, arena);
    sweep_payments(thread, arena);
    thread->ticks++;
    bool more = expire_orders(thread, arena);
    arena_free(arena);
    return more;
}
