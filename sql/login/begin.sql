-- One of $2 (customer) and $3 (staff) is null.
INSERT INTO session (token_sha256, customer_id, staff_id, created_at, expires_at, id) VALUES ($1, $2, $3, $4, $5, $6)
