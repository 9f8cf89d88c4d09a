-- The row is deleted and inserted anew, so that one of the same kind and key that waits already takes its place. The
-- first column is as of before, whatever the rest does.
WITH gone AS (
    DELETE FROM job WHERE id = $1 AND dead RETURNING id, kind, key, payload
), revived AS (
    INSERT INTO job (id, kind, key, payload, run_at, created_at, revived)
    SELECT id, kind, key, payload, $2, $2, true FROM gone
    ON CONFLICT DO NOTHING
)
SELECT EXISTS (SELECT FROM job WHERE id = $1), EXISTS (SELECT FROM gone), coalesce((SELECT kind FROM gone), '')
