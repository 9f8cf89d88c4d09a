-- What a look is about: an attempt that may still be paid, in the order's time, or what went back since refunded_at.
SELECT p.id, p.provider, p.provider_payment_id, p.status, p.asked, coalesce(p.refunded_at, o.expires_at)
FROM payment AS p
JOIN customer_order AS o ON o.id = p.order_id
WHERE p.ask_at <= $1
ORDER BY p.ask_at
LIMIT $2
