#pragma once
/* What an order is made from: who orders, and what is sold. */
#include "akkoord/store/customers.h"
#include "akkoord/store/orders.h"
#include "akkoord/store/services.h"

struct order_basis {
    struct customer customer;
    struct service *services; /* those asked for that are sold, in any order, each once */
    size_t services_count;
    char number[ORDER_NUMBER_BYTES];
};

/* In one round trip, all in the arena; STATUS_NOT_FOUND when there is no such customer. The order's number is taken for
 * good: what is refused afterwards leaves its number unused. */
enum status store_order_basis_load(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                   const char *const *skus, size_t skus_count, struct order_basis *basis,
                                   struct error *error) AKKOORD_MUST_CHECK;
