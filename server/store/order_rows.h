#pragma once
/* Reading the rows that an order is made from. Internal to store; whatever thread owns the store. */
#include "akkoord/store/customers.h"
#include "akkoord/store/services.h"

/* The answer of customer/load.sql; STATUS_NOT_FOUND when it has no row. */
enum status store_customer_read(struct store *store, struct arena *arena, const struct pg_result *result,
                                const struct uuid *id, struct customer *customer,
                                struct error *error) AKKOORD_MUST_CHECK;

/* The answer of service/list.sql or service/find.sql. */
enum status store_services_read(struct arena *arena, const struct pg_result *result, struct service **services,
                                size_t *count, struct error *error) AKKOORD_MUST_CHECK;
