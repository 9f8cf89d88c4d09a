#pragma once
/*
 * What providers told us, for staff: read here, written by the committer (batch.h).
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/store.h"

enum event_filter {
    EVENTS_ALL,
    EVENTS_MATCHED,   /* they belong to an order, or need nothing */
    EVENTS_UNMATCHED, /* somebody has to look: no such order, a conflict, or quarantined */
};

struct listed_event {
    struct uuid id;
    const char *provider;
    const char *kind;
    const char *payment_id; /* the provider's; may be empty */
    struct uuid order_id;   /* nil when no order was named */
    const char *outcome;
    int64_t received_at_us;
};

/* Newest first, at most `limit`, from after the event `after` (nil: from the start). */
enum status store_events_list(struct store *store, struct arena *arena, enum event_filter filter,
                              const struct uuid *after, size_t limit, struct listed_event **events, size_t *count,
                              struct error *error) AKKOORD_MUST_CHECK;
