#pragma once
/*
 * The calls of staff other than reviews (reviews.h): the log-in, and what they look through and act on. CONTRACT
 * section 3. Handlers; see call.h.
 */
#include "akkoord/api/call.h"

/* POST /v1/staff/sessions, of anybody, on the slow lane: 201 {"token", "role"}. Unknown address, wrong password and
 * wrong code get the same 401 after the same time. */
api_function api_staff_session_begin;

/* GET /v1/staff/orders?status= */
api_function api_staff_orders_list;
/* GET /v1/staff/orders/{id}: the order, and `history` and `legal_holds` beside it. */
api_function api_staff_order_show;
/* POST /v1/staff/orders/{id}/complete, of reviewer and manager: 200 order. */
api_function api_staff_order_complete;

/* GET /v1/staff/payments?status= */
api_function api_staff_payments_list;
/* GET /v1/staff/events?matched=true|false */
api_function api_staff_events_list;
