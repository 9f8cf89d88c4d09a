-- The primary key decides which of several requests at once places the order: the others wait here for its commit.
INSERT INTO idempotency (customer_id, key_sha256, row_id, body_sha256, order_id, response_sealed, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
