DELETE FROM idempotency WHERE customer_id = $1
