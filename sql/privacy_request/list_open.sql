-- The earliest due first, from after the due date $1 and id $2.
SELECT r.id, r.customer_id, r.kind, r.state, r.received_at, r.due_at, r.text_key_id, k.wrapped, r.statement_sealed,
       r.extension_sealed, r.answer_sealed, r.decided_at
FROM privacy_request AS r
LEFT JOIN data_key AS k ON k.id = r.text_key_id
WHERE r.state IN ('received', 'extended') AND ($1::timestamptz IS NULL OR (r.due_at, r.id) > ($1, $2::uuid))
ORDER BY r.due_at, r.id
LIMIT $3
