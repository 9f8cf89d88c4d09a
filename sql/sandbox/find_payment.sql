SELECT p.provider_payment_id, p.order_id, o.number, p.status, p.amount_minor, p.currency, o.status, p.refunded_minor
FROM payment p
JOIN customer_order o ON o.id = p.order_id
WHERE p.provider = 'sandbox' AND p.provider_payment_id = $1 AND p.is_attempt
