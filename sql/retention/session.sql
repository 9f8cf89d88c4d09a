-- Here and in all files of one category: what started before $1 has reached its term; at most $2 rows (null: all of
-- them); deleted only if $3, else no more than counted.
WITH due AS (
    SELECT s.token_sha256
    FROM session AS s
    WHERE s.expires_at < $1
      AND NOT EXISTS (SELECT FROM held_customer AS h WHERE h.customer_id = s.customer_id)
    ORDER BY s.expires_at
    LIMIT $2
), gone AS (
    DELETE FROM session WHERE $3 AND token_sha256 IN (SELECT token_sha256 FROM due) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
