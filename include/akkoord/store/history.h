#pragma once
/*
 * The history of orders and reviews: every step, who took it and when. Rows are added and never changed; the server's
 * role may do nothing else. Fixed words and identifiers only.
 *
 * Steps that follow from a change of an order's state are written by the committer (batch.h); those of the API, by the
 * functions here.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/transition.h"
#include "akkoord/store/store.h"

/* A step as it was read: the words as they stand in the table. */
struct history_entry {
    struct uuid id;
    struct uuid review_id; /* nil when it is the order's alone */
    const char *step;
    const char *actor;
    struct uuid staff_id; /* nil unless a member of staff took it */
    int64_t at_us;
};

/* Adds one, in the caller's transaction or alone. `review_id` may be NULL. */
enum status store_history_add(struct store *store, struct arena *arena, const struct history_step *step,
                              const struct uuid *review_id, struct error *error) AKKOORD_MUST_CHECK;

/* All steps of an order and its reviews, oldest first; in the arena. */
enum status store_history_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                   struct history_entry **entries, size_t *count,
                                   struct error *error) AKKOORD_MUST_CHECK;
