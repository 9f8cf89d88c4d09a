INSERT INTO account_code (id, purpose, customer_id, email_sealed, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
