DELETE FROM checkout_reservation
WHERE (customer_id, purpose_sha256) IN (
    SELECT customer_id, purpose_sha256 FROM checkout_reservation WHERE created_at <= $1 ORDER BY created_at LIMIT $2)
