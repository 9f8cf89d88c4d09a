DELETE FROM idempotency WHERE customer_id = $1 AND key_sha256 = $2 AND created_at <= $3
