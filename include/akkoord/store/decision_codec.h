#pragma once
/*
 * The `inputs` of a decision as JSON: what akkoord.decision.inputs holds, and what the API shows. Pure; any thread.
 *
 * Of a decision by the policy:
 *
 *     {"subject": "approval" | "refund" | "charge_back",
 *      "at": "2026-11-23T09:30:00Z",
 *      "installation_mode": "test" | "live",
 *      "order": {"status": "awaiting_payment", "total": {"amount": 12100, "currency": "EUR"},
 *                "expires_at": "2026-12-07T09:30:00Z", "provider_known": true},
 *      "payment": {"provider": "stripe", "amount": {"amount": 12100, "currency": "EUR"}, "live": false,
 *                  "refunded": {"amount": 0, "currency": "EUR"}, "refunded_in_full": false, "charged_back": false},
 *      "sources": {"subject": "provider_message", "at": "server_clock", "installation_mode": "installation_record",
 *                  "order": "order_record", "payment": "provider_message"}}
 *
 * Where the provider's message carried an assessment of the payment, `payment` has `"risk": {"score": 32, "level":
 * "normal"}` too (either may be missing), and `sources` `"payment.risk": "provider_assessment"`.
 *
 * Of a decision by staff: what they looked at again, as their reasons stand with the review, sealed.
 *
 *     {"subject": "review", "reviewed_decision_id": "0197...", "sources": {"reviewed_decision_id": "review_record"}}
 *
 * Nothing in it identifies a person, so it outlives erasure and a decision can always be replayed. The round trip is
 * exact for times in the years 0000 to 9999.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/json.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/decision.h"

/* Reads made_by, and input or reviewed_id. The value lives in the arena. */
json_t *decision_input_to_json(struct arena *arena, const struct decision *decision);
/* The same as text, for a parameter of type jsonb: canonical, as the audit log takes a digest of it. */
const char *decision_input_to_text(struct arena *arena, const struct decision *decision);

/* Fills input (of DECISION_BY_POLICY) or reviewed_id (of DECISION_BY_STAFF): made_by is set before. STATUS_INVALID with
 * the field when a fact is missing or is none that this program knows; `sources` and what it does not know beside the
 * facts are passed over. */
enum status decision_input_from_json(const json_t *inputs, struct decision *decision,
                                     struct error *error) AKKOORD_MUST_CHECK;
