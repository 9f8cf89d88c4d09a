/* The pauses between attempts. Pure. */
#include "akkoord/jobs/backoff.h"

int64_t backoff_pause_us(const struct backoff *backoff, int64_t attempts, uint32_t random)
{
    if (attempts >= backoff->attempts_max)
        return 0;
    int64_t pause_us = backoff->first_us;
    for (int64_t i = 1; i < attempts && pause_us < backoff->pause_max_us; i++)
        pause_us = pause_us <= backoff->pause_max_us / 2 ? pause_us * 2 : backoff->pause_max_us;
    if (pause_us > backoff->pause_max_us)
        pause_us = backoff->pause_max_us;
    int64_t half_us = pause_us / 2;
    /* In 128 bits: a pause of hours times 2^32 passes 63. */
    return pause_us - half_us + (int64_t)((__int128)half_us * random / UINT32_MAX);
}
