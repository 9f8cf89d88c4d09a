SELECT r.id, r.order_id, r.decision_id, r.state, d.outcome, k.wrapped
FROM review AS r
JOIN decision AS d ON d.id = r.decision_id
JOIN customer_order AS o ON o.id = r.order_id
JOIN data_key AS k ON k.id = o.billing_key_id
WHERE r.id = ANY ($1::uuid[])
ORDER BY r.id
FOR NO KEY UPDATE OF r
