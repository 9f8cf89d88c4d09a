-- One of $2 (order) and $3 (customer) is null. No row where a hold stands already.
INSERT INTO legal_hold (id, order_id, customer_id, reason, set_by, set_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
