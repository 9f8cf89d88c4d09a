/* Progress of long commands (progress.h). Main thread. */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "akkoord/base/clock.h"

#define BAR_COLUMNS       30
#define BAR_PAUSE_US      (CLOCK_US_PER_SECOND / 10)
#define LINE_PAUSE_US     CLOCK_US_PER_SECOND
#define FULL_PERCENT      INT64_C(100)
#define PERCENT_OF(a, of) ((of) > 0 && (a) < (of) ? (a)*FULL_PERCENT / (of) : FULL_PERCENT)

static void show(struct progress *progress)
{
    progress->shown_us = clock_monotonic_us();
    if (progress->of < progress->done)
        progress->of = progress->done; /* it was an estimate */
    if (!progress->is_terminal) {
        (void)printf("progress=%s done=%" PRId64 " of=%" PRId64 "\n", progress->name, progress->done, progress->of);
    } else {
        int64_t percent = PERCENT_OF(progress->done, progress->of);
        char bar[BAR_COLUMNS + 1];
        for (int i = 0; i < BAR_COLUMNS; i++)
            bar[i] = i < percent * BAR_COLUMNS / FULL_PERCENT ? '#' : '-';
        bar[BAR_COLUMNS] = '\0';
        (void)printf("\r%s [%s] %3" PRId64 "%% %" PRId64 "/%" PRId64, progress->title, bar, percent, progress->done,
                     progress->of);
    }
    (void)fflush(stdout);
}

void progress_begin(struct progress *progress, const char *name, const char *title, int64_t of)
{
    *progress = (struct progress){.name = name, .title = title, .of = of, .is_terminal = isatty(STDOUT_FILENO) == 1};
    show(progress);
}

void progress_add(struct progress *progress, int64_t done)
{
    int64_t pause_us = progress->is_terminal ? BAR_PAUSE_US : LINE_PAUSE_US;
    progress->done += done;
    if (clock_monotonic_us() - progress->shown_us >= pause_us)
        show(progress);
}

void progress_end(struct progress *progress)
{
    show(progress);
    if (progress->is_terminal)
        (void)printf("\n");
}
