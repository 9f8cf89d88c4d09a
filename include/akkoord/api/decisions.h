#pragma once
/*
 * A decision as the API shows it, CONTRACT section 3. Pure; any thread.
 *
 *     {"id", "order_id", "outcome", "reasons": [{"code", "text"}], "policy": {"name", "version", "hash"} | null,
 *      "inputs", "explanation", "legal_basis", "made_at", "made_by"}
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/json.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/decisions.h"

/* Texts in `language`: the customer's, also where staff read it. The value lives in the arena. */
json_t *decision_to_json(struct arena *arena, const struct stored_decision *stored, enum language language);
