INSERT INTO privacy_request (id, customer_id, kind, state, received_at, due_at, decided_at, receipt_sha256, report)
VALUES ($1, $2, 'erasure', 'fulfilled', $3, $4, $3, $5, $6::jsonb)
