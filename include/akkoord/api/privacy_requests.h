#pragma once
/*
 * What customers ask over their own data beside what they do by calls of their own, and how staff answer (GDPR art. 12
 * to 22).
 *
 *     {"id", "kind", "state": "received" | "extended" | "fulfilled" | "refused", "statement" | null, "extension" |
 * null, "answer" | null, "received_at", "due_at", "decided_at" | null}; for staff with "customer_id"
 */
#include "akkoord/api/call.h"
#include "akkoord/store/privacy_requests.h"

/* As their owner sees it; in the arena. */
json_t *privacy_request_to_json(struct arena *arena, const struct privacy_request *request);

/* POST /v1/me/requests {"kind", "statement"}: 201. A restriction takes effect with it. */
api_function api_privacy_request_add;
/* GET /v1/me/requests, GET /v1/me/requests/{id} */
api_function api_privacy_requests_list;
api_function api_privacy_request_show;
/* DELETE /v1/me/restriction: 204 */
api_function api_restriction_lift;

/* GET /v1/staff/privacy-requests?state=open */
api_function api_staff_privacy_requests_list;
/* POST /v1/staff/privacy-requests/{id}/extension {"reasons"}, .../outcome {"outcome", "answer"}: 200 */
api_function api_staff_privacy_request_extend;
api_function api_staff_privacy_request_decide;
