INSERT INTO privacy_request (id, customer_id, kind, state, received_at, due_at, text_key_id, statement_sealed, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
