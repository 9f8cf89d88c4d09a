INSERT INTO payment (id, order_id, is_attempt, provider, provider_payment_id, status, amount_minor, currency, live,
                     checkout_url, created_at)
VALUES ($1, $2, true, $3, $4, $5, $6, $7, $8, $9, $10)
