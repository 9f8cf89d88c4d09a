#pragma once
/*
 * Ids of attempts to pay, and what is said to the provider about them, written down before it is said. Whoever repeats
 * a request finds the same ids and words, so that the provider recognises the repetition; nothing of it is visible
 * until the attempt itself is stored.
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/money.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/orders.h"
#include "akkoord/store/store.h"

/* What makes two requests of one customer the same. */
struct reservation_purpose {
    struct uuid customer_id;
    const char *text; /* any length; kept as a hash */
};

struct reservation {
    struct uuid order_id;
    char order_number[ORDER_NUMBER_BYTES];
    struct uuid attempt_id;
    const char *provider;
    int64_t amount_minor;
    char currency[CURRENCY_BYTES];
    const char *request; /* the body, as it was or will be sent */
    int64_t created_at_us;
};

/* Reserves `wanted` unless something is reserved for the purpose already; *reserved is what stands then, in the arena.
 * Of requests at once all get the same. */
enum status store_reservation_make(struct store *store, struct arena *arena, const struct reservation_purpose *purpose,
                                   const struct reservation *wanted, struct reservation *reserved,
                                   struct error *error) AKKOORD_MUST_CHECK;
/* What is reserved for the purpose, whatever it is. */
enum status store_reservation_find(struct store *store, struct arena *arena, const struct reservation_purpose *purpose,
                                   struct reservation *reserved, bool *found, struct error *error) AKKOORD_MUST_CHECK;
/* Gives up the one of this attempt, if it stands still. */
enum status store_reservation_drop(struct store *store, struct arena *arena, const struct reservation_purpose *purpose,
                                   const struct uuid *attempt_id, struct error *error) AKKOORD_MUST_CHECK;
