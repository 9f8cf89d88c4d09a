/*
 * The sequencer of the audit log, on a thread of its own. Of several processes one is at it at any time, whichever
 * comes first (store/audit_sequence.h).
 */
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/store/audit_sequence.h"
#include "lanes.h"

#define TELL_PAUSE_US (INT64_C(3600) * CLOCK_US_PER_SECOND)

static struct metric leaves = {
    .kind = METRIC_GAUGE, .name = "akkoord_audit_leaves", .help = "Leaves of the audit log that have their place."};
static struct metric lag = {.kind = METRIC_GAUGE,
                            .name = "akkoord_audit_lag_seconds",
                            .help = "How long the oldest leaf had waited for its place."};
static struct metric forged = {.kind = METRIC_GAUGE,
                               .name = "akkoord_audit_forged",
                               .help = "Leaves of the audit log that the program did not make."};

static bool may_tell(struct job_thread *thread)
{
    int64_t now_us = clock_monotonic_us();
    if (thread->told_us != 0 && now_us - thread->told_us < TELL_PAUSE_US)
        return false;
    thread->told_us = now_us;
    return true;
}

static void note(struct job_thread *thread, const struct audit_sequenced *sequenced)
{
    int64_t waited_us = sequenced->waiting_from_us > 0 ? clock_now_us() - sequenced->waiting_from_us : 0;
    if (sequenced->size < 0)
        return; /* another process is at it */
    metric_set(&leaves, "", sequenced->size);
    metric_set(&lag, "", waited_us > 0 ? waited_us / CLOCK_US_PER_SECOND : 0);
    metric_set(&forged, "", sequenced->forged);
    if (sequenced->forged > 0 && may_tell(thread))
        log_event(LOG_ERROR, "audit.leaf_forged", log_int("leaves", sequenced->forged));
}

/* Woken for every job, like all lanes: it looks once a second. */
bool sequence_audit(struct job_thread *thread)
{
    int64_t now_us = clock_monotonic_us();
    struct audit_sequenced sequenced;
    struct error error;
    if (now_us < thread->look_us)
        return false;
    struct arena *arena = arena_new();
    enum status status = store_audit_sequence(thread->store, arena, &sequenced, &error);
    arena_free(arena);
    if (status == STATUS_OK)
        note(thread, &sequenced);
    else if (status != STATUS_UNAVAILABLE && may_tell(thread))
        log_event(LOG_ERROR, "audit.not_sequenced", log_text("code", error.code), log_text("detail", error.detail));
    bool more = status == STATUS_OK && sequenced.added == AUDIT_SEQUENCE_LEAVES;
    thread->look_us = more ? now_us : now_us + JOBS_AUDIT_MS * INT64_C(1000);
    return more;
}
