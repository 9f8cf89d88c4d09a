-- The keys of months that lie before $1 as a whole, unless a message that is held needs one.
WITH due AS (
    SELECT k.id
    FROM data_key AS k
    WHERE k.purpose = 'event' AND (k.month + interval '1 month') AT TIME ZONE 'Europe/Amsterdam' <= $1
      AND NOT EXISTS (SELECT FROM event AS e WHERE e.body_key_id = k.id)
    LIMIT $2
), gone AS (
    DELETE FROM data_key WHERE $3 AND id IN (SELECT id FROM due) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
