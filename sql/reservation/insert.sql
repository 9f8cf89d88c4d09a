INSERT INTO checkout_reservation (customer_id, purpose_sha256, order_id, order_number, attempt_id, provider, amount_minor,
                                  currency, request, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (customer_id, purpose_sha256) DO NOTHING
