WITH due AS (
    SELECT r.id FROM retention_run AS r WHERE r.started_at < $1 LIMIT $2
), gone AS (
    DELETE FROM retention_run WHERE $3 AND id IN (SELECT id FROM due) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
