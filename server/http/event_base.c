/* How every loop here begins. Before the loop's thread has started. */
#include "event_base.h"

#include <stdlib.h>

struct event_base *event_base_new_unlocked(void)
{
    struct event_config *config = event_config_new();
    if (config == NULL)
        abort(); /* out of memory */
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    if (base == NULL)
        abort(); /* out of memory or descriptors at the start: nothing can run */
    return base;
}
