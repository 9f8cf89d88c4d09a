-- What an act of staff needs to know, kept as it is until its transaction ends.
SELECT r.order_id, r.stage, r.assigned_to, r.requested_at, r.due_at, r.extended_at IS NOT NULL, r.proposed_by,
       r.proposed_at, o.customer_id, o.billing_key_id, k.wrapped
FROM review r
JOIN customer_order o ON o.id = r.order_id
LEFT JOIN data_key k ON k.id = o.billing_key_id
WHERE r.id = $1
FOR NO KEY UPDATE OF r
