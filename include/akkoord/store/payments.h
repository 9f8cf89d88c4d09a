#pragma once
/*
 * Payments across all orders, for staff and for the jobs behind them. Payments are written by the committer (batch.h);
 * those of one order are read with it (orders.h).
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
    int64_t failed_refunds; /* how many of it failed after the provider took them */
};

/* Newest first, at most `limit`, from after the payment `after` (nil: from the start). `only` may be NULL: of any
 * status. */
enum status store_payments_list(struct store *store, struct arena *arena, const enum payment_status *only,
                                const struct uuid *after, size_t limit, struct listed_payment **payments, size_t *count,
                                struct error *error) AKKOORD_MUST_CHECK;

/* One, by our id. STATUS_NOT_FOUND. */
enum status store_payment_find(struct store *store, struct arena *arena, const struct uuid *id,
                               struct listed_payment *payment, struct error *error) AKKOORD_MUST_CHECK;

/* Whether any of this payment ever went back, as far as we were told; false of one that is not ours. */
enum status store_payment_was_refunded(struct store *store, struct arena *arena, const char *provider,
                                       const char *provider_payment_id, bool *was_refunded,
                                       struct error *error) AKKOORD_MUST_CHECK;

/* ---- payments that are looked after ---- */

struct open_payment {
    struct uuid id;
    const char *provider;
    const char *provider_payment_id;
    enum payment_status status;
    int64_t asked;     /* how often this was seen to: as it was read */
    int64_t since_us;  /* when money last went back; of one of which none did, when its order expires */
    int64_t ask_at_us; /* to be filled in: the next time, 0 for never */
};

/* Those that are due at `now_us`, longest first, at most `limit`. */
enum status store_payments_to_ask(struct store *store, struct arena *arena, int64_t now_us, size_t limit,
                                  struct open_payment **payments, size_t *count,
                                  struct error *error) AKKOORD_MUST_CHECK;
/* Writes the next time of each, and that it was seen to once more; passes over what another process has seen to. */
enum status store_payments_set_asked(struct store *store, struct arena *arena, const struct open_payment *payments,
                                     size_t count, struct error *error) AKKOORD_MUST_CHECK;

/* Payments of this provider that are to be sent back and have no job for it, not even one that was given up. */
enum status store_payments_to_refund(struct store *store, struct arena *arena, const char *provider, size_t limit,
                                     struct uuid **ids, size_t *count, struct error *error) AKKOORD_MUST_CHECK;
