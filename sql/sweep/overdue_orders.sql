SELECT id FROM customer_order WHERE status = 'awaiting_payment' AND expires_at <= $1 ORDER BY expires_at LIMIT $2
