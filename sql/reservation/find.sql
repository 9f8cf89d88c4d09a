SELECT order_id, order_number, attempt_id, provider, amount_minor, currency, request, created_at
FROM checkout_reservation
WHERE customer_id = $1 AND purpose_sha256 = $2
