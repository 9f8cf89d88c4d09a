-- As batch/insert_jobs.sql, of one kind; $3 is sorted.
INSERT INTO job (id, kind, key, payload, run_at, created_at)
SELECT e.id, $2, e.key, e.payload::jsonb, $5, $5
FROM unnest($1::uuid[], $3::text[], $4::text[]) AS e (id, key, payload)
ON CONFLICT (kind, key) WHERE key IS NOT NULL AND held_until IS NULL AND NOT dead DO NOTHING
