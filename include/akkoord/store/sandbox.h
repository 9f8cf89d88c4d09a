#pragma once
/* What the sandbox has to know of one of its payments. */
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/money.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/order.h"
#include "akkoord/store/store.h"

struct sandbox_payment {
    const char *payment_id; /* the sandbox's own, as in checkout_url */
    struct uuid order_id;
    const char *order_number;
    enum order_status order_status;
    enum payment_status status;
    struct money amount;
    int64_t refunded_minor;
};

/* An attempt that we began with the sandbox. STATUS_NOT_FOUND. */
enum status store_sandbox_payment_find(struct store *store, struct arena *arena, const char *payment_id,
                                       struct sandbox_payment *payment, struct error *error) AKKOORD_MUST_CHECK;
/* How many of these events of the sandbox have been taken in, with all that followed from them. */
enum status store_sandbox_count_arrived(struct store *store, struct arena *arena, const char *const *event_ids,
                                        size_t count, size_t *arrived, struct error *error) AKKOORD_MUST_CHECK;
