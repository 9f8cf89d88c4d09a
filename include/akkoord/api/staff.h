#pragma once
/*
 * The calls of staff other than reviews (reviews.h): the log-in, and what they look through and act on. CONTRACT
 * section 3. Handlers; see call.h.
 */
#include "akkoord/api/call.h"
#include "akkoord/store/credit_notes.h"

/* POST /v1/staff/sessions, of anybody, on the slow lane: 201 {"token", "role"}. Unknown address, wrong password and
 * wrong code get the same 401 after the same time. */
api_function api_staff_session_begin;

/* GET /v1/staff/orders?status= */
api_function api_staff_orders_list;
/* GET /v1/staff/orders/{id}: the order, and `history`, `legal_holds` and `credit_notes` beside it. */
api_function api_staff_order_show;
/* The same order as the answer of another call. */
enum status api_answer_staff_order(struct api_call *call, const struct uuid *id, int http_status,
                                   struct http_answer *answer, struct error *error) AKKOORD_MUST_CHECK;
/* POST /v1/staff/orders/{id}/complete, of reviewer and manager: 200 order. */
api_function api_staff_order_complete;
/* POST /v1/staff/orders/{id}/credit-notes, of manager, with an optional Idempotency-Key: {"lines": [{"line",
 * "quantity"}]} or {"amounts": [{"vat_category", "vat_rate", "gross"}]}, "reason" and perhaps "refund" → 201 order. 409
 * `nothing_to_credit`: no invoice stands, or less of it is left. */
api_function api_staff_credit_note_add;
/* `credit_notes` of an order: those with lines of their own. */
enum status api_load_credit_notes(struct api_call *call, const struct uuid *order_id, const char *currency,
                                  json_t **array, struct error *error) AKKOORD_MUST_CHECK;
/* One of them. */
json_t *credit_note_to_json(struct arena *arena, const struct stored_credit_note *stored, const char *currency);

/* GET /v1/staff/payments?status= */
api_function api_staff_payments_list;
/* GET /v1/staff/events?matched=true|false */
api_function api_staff_events_list;
