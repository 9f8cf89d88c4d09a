#pragma once
/*
 * The calls about reviews, CONTRACT section 3: for the customer whose order it is, and for staff. Handlers; see call.h.
 *
 *     review: {"id", "decision_id", "state", "requested_by", "statements": [{"by", "text", "at"}], "requested_at",
 *              "due_at", "outcome" | null, "reasons" | null}
 *
 * Beside these `order_id`, and for one review read by staff `decision`, with its inputs.
 */
#include "akkoord/api/call.h"
#include "akkoord/store/reviews.h"

/* The value lives in the arena. */
json_t *review_to_json(struct arena *arena, const struct review *review);

/* POST /v1/decisions/{id}/reviews, of a customer; POST /v1/staff/decisions/{id}/reviews, of reviewer and manager. */
api_function api_review_request;
/* GET /v1/reviews/{id}, of a customer. */
api_function api_review_show;

/* GET /v1/staff/reviews?state=open|decided */
api_function api_staff_reviews_list;
/* GET /v1/staff/reviews/{id}: looking is a step in the history, and gives the review to whoever may decide it. */
api_function api_staff_review_show;
/* POST /v1/staff/reviews/{id}/outcome, of reviewer and manager. */
api_function api_staff_review_decide;
