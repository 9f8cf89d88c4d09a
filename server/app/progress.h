#pragma once
/*
 * How far a long command is: a bar on a terminal, a plain line now and then elsewhere ("progress=rewrap done=500
 * of=1200"), always one at the end. Main thread; standard output.
 */
#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *name;  /* one word, of the plain line */
    const char *title; /* in front of the bar */
    int64_t of;
    int64_t done;
    int64_t shown_us;
    bool is_terminal;
};

void progress_begin(struct progress *progress, const char *name, const char *title, int64_t of);
void progress_add(struct progress *progress, int64_t done);
void progress_end(struct progress *progress);
