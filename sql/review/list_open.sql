-- The queue: earliest due first.
SELECT r.id, r.decision_id, r.order_id, r.state, r.requested_by, r.requested_at, r.due_at, r.outcome, r.reasons_sealed,
       o.customer_id, o.language, o.billing_key_id, k.wrapped
FROM review r
JOIN customer_order o ON o.id = r.order_id
LEFT JOIN data_key k ON k.id = o.billing_key_id
WHERE r.state <> 'decided' AND ($1::timestamptz IS NULL OR (r.due_at, r.id) > ($1, $2))
ORDER BY r.due_at, r.id
LIMIT $3
