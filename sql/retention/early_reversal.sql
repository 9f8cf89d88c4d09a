WITH due AS (
    SELECT r.provider, r.provider_payment_id
    FROM early_reversal AS r
    WHERE r.received_at < $1
      AND NOT EXISTS (SELECT FROM payment AS p
                      WHERE p.provider = r.provider AND p.provider_payment_id = r.provider_payment_id
                        AND p.order_id IN (SELECT order_id FROM held_order))
    LIMIT $2
), gone AS (
    DELETE FROM early_reversal AS r
    WHERE $3 AND r.received_at < $1
      AND (r.provider, r.provider_payment_id) IN (SELECT provider, provider_payment_id FROM due)
    RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
