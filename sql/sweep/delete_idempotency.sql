DELETE FROM idempotency
WHERE (customer_id, key_sha256) IN (
    SELECT customer_id, key_sha256 FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT $2)
