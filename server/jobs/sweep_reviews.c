/* Reviews that should have been decided by now stand out: a gauge, and a line in the log once a day. The sweep's
 * thread. */
#include "lanes.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/store/review_figures.h"

static struct metric reviews_overdue = {.kind = METRIC_GAUGE,
                                        .name = "akkoord_reviews_overdue",
                                        .help = "Reviews not decided by their due date, in the whole database."};

void sweep_reviews(struct job_thread *thread, struct arena *arena)
{
    int64_t now_us = clock_now_us();
    int64_t today = calendar_amsterdam_day(now_us);
    int64_t count;
    if (store_reviews_count_overdue(thread->store, arena, now_us, &count, NULL) != STATUS_OK)
        return;
    metric_set(&reviews_overdue, "", count);
    if (count == 0 || thread->overdue_told_day == today)
        return;
    log_event(LOG_WARNING, "reviews.overdue", log_int("count", count));
    thread->overdue_told_day = today;
}
