SELECT r.id, r.decision_id, r.order_id, r.state, r.requested_by, r.requested_at, r.due_at, r.outcome, r.reasons_sealed,
       o.customer_id, o.language, o.billing_key_id, k.wrapped
FROM review r
JOIN customer_order o ON o.id = r.order_id
LEFT JOIN data_key k ON k.id = o.billing_key_id
WHERE r.state = 'decided' AND ($1::uuid IS NULL OR r.id < $1)
ORDER BY r.id DESC
LIMIT $2
