DELETE FROM idempotency WHERE customer_id = ANY ($1::uuid[])
