SELECT r.id, r.decision_id, r.order_id, r.stage, r.requested_by, r.requested_at, r.due_at, r.outcome, r.reasons_sealed,
       r.look, r.first_id, second.id, r.due_before, r.extended_at, r.extension_reasons_sealed, r.assigned_to, r.inputs_seen,
       r.decided_by, r.confirmed_by, r.proposed_outcome, r.proposed_reasons_sealed, r.proposed_by, r.proposed_at,
       o.customer_id, o.language, o.billing_key_id, k.wrapped
FROM review r
JOIN customer_order o ON o.id = r.order_id
LEFT JOIN data_key k ON k.id = o.billing_key_id
LEFT JOIN review second ON second.first_id = r.id
WHERE $1::uuid IS NULL OR r.id < $1
ORDER BY r.id DESC
LIMIT $2
