#pragma once
/* `akkoord keys rotate`. Main thread. */
#include <stdbool.h>

struct rotate_options {
    bool due_only;    /* begin no epoch before the last one is AKKOORD_KEY_EPOCH_DAYS old */
    bool destroy_now; /* destroy what wraps nothing, however young */
};

/* Returns the exit status of the command. */
int keys_rotate(const struct rotate_options *options);
