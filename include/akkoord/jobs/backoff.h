#pragma once
/* How long a job that failed waits before it is tried again. Pure. */
#include <stdint.h>

struct backoff {
    int64_t attempts_max; /* then it is given up */
    int64_t first_us;     /* after the first attempt; doubled after each */
    int64_t pause_max_us;
};

/* After `attempts` (from 1); 0 when no other is left. Half of the pause is fixed and half is `random` of 2^32, so that
 * what failed together does not come back together. */
int64_t backoff_pause_us(const struct backoff *backoff, int64_t attempts, uint32_t random);
