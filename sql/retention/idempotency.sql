WITH due AS (
    SELECT i.customer_id, i.key_sha256
    FROM idempotency AS i
    WHERE i.created_at < $1 AND i.order_id NOT IN (SELECT order_id FROM held_order)
    ORDER BY i.created_at
    LIMIT $2
), gone AS (
    DELETE FROM idempotency WHERE $3 AND (customer_id, key_sha256) IN (SELECT customer_id, key_sha256 FROM due)
    RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
