-- Newest first, from after $2.
SELECT r.id, r.customer_id, r.kind, r.state, r.received_at, r.due_at, r.text_key_id, k.wrapped, r.statement_sealed,
       r.extension_sealed, r.answer_sealed, r.decided_at
FROM privacy_request AS r
LEFT JOIN data_key AS k ON k.id = r.text_key_id
WHERE r.customer_id = $1 AND ($2::uuid IS NULL OR r.id < $2)
ORDER BY r.id DESC
LIMIT $3
