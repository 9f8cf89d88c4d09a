-- $3: the indexes of one address under every index key that lives, $4 the one of the key in use. The same row is written
-- for an address that nobody has.
INSERT INTO account_code (id, purpose, customer_id, email_index, created_at, expires_at)
VALUES ($1, $2, (SELECT id FROM customer WHERE email_index = ANY ($3)), $4, $5, $6)
