WITH due AS (
    SELECT h.id FROM legal_hold AS h WHERE h.lifted_at < $1 LIMIT $2
), gone AS (
    DELETE FROM legal_hold WHERE $3 AND id IN (SELECT id FROM due) RETURNING id
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END,
       (SELECT string_agg(id::text, ',') FROM gone)
