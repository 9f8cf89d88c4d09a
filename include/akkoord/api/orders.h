#pragma once
/* Orders as customers place, read, pay and cancel them, CONTRACT section 3. */
#include "akkoord/api/call.h"
#include "akkoord/store/decisions.h"
#include "akkoord/store/orders.h"

/* POST /v1/orders: 201 order; `Idempotency-Key` as in the contract. */
api_function api_order_place;
/* GET /v1/orders */
api_function api_orders_list;
/* GET /v1/orders/{id} */
api_function api_order_show;
/* POST /v1/orders/{id}/payments: 201 order with a new attempt; 409 unless it awaits payment. */
api_function api_order_pay;
/* POST /v1/orders/{id}/cancel: 200 order; 409 unless it awaits payment or has expired. */
api_function api_order_cancel;

/* ---- as JSON; the values live in the arena ---- */

/* The single form; texts of decisions in the order's language. */
json_t *order_to_json(struct arena *arena, const struct stored_order *order, const struct stored_decision *decisions,
                      size_t decisions_count);
/* An item of a list: the same fields without lines, reference and the list of decisions, which are read
 * with the order itself. */
json_t *order_item_to_json(struct arena *arena, const struct stored_order *order);
/* One of an order's `payments`. */
json_t *payment_to_json(struct arena *arena, const struct payment *payment);

/* Loads an order with its decisions and shows it. `customer_id`: whose it must be; NULL for staff. */
enum status api_load_order(struct api_call *call, const struct uuid *id, const struct uuid *customer_id, json_t **order,
                           struct error *error) AKKOORD_MUST_CHECK;
