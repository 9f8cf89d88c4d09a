WITH due AS (
    SELECT r.customer_id, r.purpose_sha256
    FROM checkout_reservation AS r
    WHERE r.created_at < $1 AND r.order_id NOT IN (SELECT order_id FROM held_order)
      AND NOT EXISTS (SELECT FROM held_customer AS h WHERE h.customer_id = r.customer_id)
    ORDER BY r.created_at
    LIMIT $2
), gone AS (
    DELETE FROM checkout_reservation
    WHERE $3 AND (customer_id, purpose_sha256) IN (SELECT customer_id, purpose_sha256 FROM due)
    RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
