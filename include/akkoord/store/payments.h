#pragma once
/*
 * Payments across all orders, for staff. Payments are written by the committer (batch.h); those of one order are read
 * with it (orders.h).
 */
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/order.h"
#include "akkoord/store/store.h"

struct listed_payment {
    struct payment payment; /* with its checkout_url */
    struct uuid order_id;
};

/* Newest first, at most `limit`, from after the payment `after` (nil: from the start). `only` may be NULL: of any
 * status. */
enum status store_payments_list(struct store *store, struct arena *arena, const enum payment_status *only,
                                const struct uuid *after, size_t limit, struct listed_payment **payments, size_t *count,
                                struct error *error) AKKOORD_MUST_CHECK;
