WITH due AS (
    SELECT l.token_sha256
    FROM review_link AS l
    WHERE l.expires_at < $1
      AND NOT EXISTS (SELECT FROM held_customer AS h WHERE h.customer_id = l.customer_id)
    ORDER BY l.expires_at
    LIMIT $2
), gone AS (
    DELETE FROM review_link WHERE $3 AND token_sha256 IN (SELECT token_sha256 FROM due) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
