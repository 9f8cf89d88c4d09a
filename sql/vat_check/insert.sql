-- The first answer stays.
INSERT INTO vat_number_check (order_id, outcome, checked_at, answer_sealed)
VALUES ($1, $2, $3, $4)
ON CONFLICT (order_id) DO NOTHING
