#pragma once
/*
 * The calls about reviews, CONTRACT section 3: for the customer whose order it is, and for staff. Handlers; see call.h.
 *
 *     review: {"id", "decision_id", "state", "requested_by", "statements": [{"by", "text", "at"}], "requested_at",
 *              "due_at", "outcome" | null, "reasons" | null}
 *
 * Beside these `order_id`, `stage`, `look`, `first_review_id`, `second_look_id`, `overdue` and `extension`; for staff
 * also who works on it and who decided, what is proposed, and `decision` with its inputs.
 */
#include "akkoord/api/call.h"
#include "akkoord/store/decisions.h"
#include "akkoord/store/reviews.h"

/* As the customer sees it, and as staff do. The value lives in the arena. */
json_t *review_to_json(struct arena *arena, const struct review *review);
json_t *review_to_staff_json(struct arena *arena, const struct review *review, const struct stored_decision *decision);
/* Answers with the review as staff see it. */
enum status review_answer_staff(struct api_call *call, const struct uuid *id, int http_status,
                                struct http_answer *answer, struct error *error) AKKOORD_MUST_CHECK;

/* POST /v1/decisions/{id}/reviews, of a customer; POST /v1/staff/decisions/{id}/reviews, of reviewer and manager. */
api_function api_review_request;
/* GET /v1/reviews/{id}, of a customer. */
api_function api_review_show;
/* POST /v1/reviews/{id}/second-look, of a customer. */
api_function api_review_second_look;

/* GET /v1/staff/reviews?state=open|overdue|decided */
api_function api_staff_reviews_list;
/* GET /v1/staff/reviews/{id}: looking is a step in the history, and gives the review to whoever may decide it. */
api_function api_staff_review_show;
/* GET /v1/staff/reviews/figures?from=&to= */
api_function api_staff_review_figures;

/* POST /v1/staff/reviews/{id}/..., of reviewer and manager: assignment, view-invitation, extension, outcome and
 * confirmation. */
api_function api_staff_review_assign;
api_function api_staff_review_invite;
api_function api_staff_review_extend;
api_function api_staff_review_decide;
api_function api_staff_review_confirm;
