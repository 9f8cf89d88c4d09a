SELECT p.id, p.provider, p.provider_payment_id, p.status, p.asked, o.expires_at
FROM payment AS p
JOIN customer_order AS o ON o.id = p.order_id
WHERE p.ask_at <= $1
ORDER BY p.ask_at
LIMIT $2
