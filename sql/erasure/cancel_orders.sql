-- Of whoever was erased no order waits for money. One that a restored backup brought back has lost its content.
UPDATE customer_order
SET status = 'cancelled'
WHERE status = 'awaiting_payment' AND billing_key_id = ANY ($1::uuid[])
RETURNING id
