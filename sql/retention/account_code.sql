WITH due AS (
    SELECT c.id
    FROM account_code AS c
    WHERE c.expires_at < $1
      AND NOT EXISTS (SELECT FROM held_customer AS h WHERE h.customer_id = c.customer_id)
    ORDER BY c.expires_at
    LIMIT $2
), gone AS (
    DELETE FROM account_code WHERE $3 AND id IN (SELECT id FROM due) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
