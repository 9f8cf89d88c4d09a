#pragma once
/* The event base of a loop that one thread has to itself. Internal to http. */
#include <event2/event.h>

/* Only the loop's own thread may touch it: libevent takes no locks in it. */
struct event_base *event_base_new_unlocked(void) __attribute__((returns_nonnull));
