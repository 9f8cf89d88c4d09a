#pragma once
/* Legal holds, which a manager sets and lifts; staff see them on the order. Handlers; see call.h. */
#include "akkoord/api/call.h"

/* PUT /v1/staff/orders/{id}/legal-hold: {"reason", "scope"?} → 200 {"legal_holds": [...]}. */
api_function api_staff_legal_hold_set;
/* DELETE /v1/staff/orders/{id}/legal-hold?scope=: 204; 404 where no such hold stands. */
api_function api_staff_legal_hold_lift;

/* The holds on an order, its own first: [{"scope","reason","set_by","set_at"}]. */
enum status api_load_legal_holds(struct api_call *call, const struct uuid *order_id, json_t **holds,
                                 struct error *error) AKKOORD_MUST_CHECK;
