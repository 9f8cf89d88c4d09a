#pragma once
/* The right to erasure, GDPR art. 17. */
#include "akkoord/api/call.h"

/*
 * DELETE /v1/me: 204, and all tokens end. The header `Location` leads to the report. 409 `order_open` while money is
 * under way, 409 `legal_hold`.
 */
api_function api_me_erase;

/* GET /v1/erasures/{receipt}: what became of each category of data.
 *
 *     {"erased_at", "categories": [{"category", "title", "effect": "erased_now" | "shredded_until" | "retained_until",
 *                                   "effect_text", "basis", "until" | null}]}
 */
api_function api_erasure_report_show;
