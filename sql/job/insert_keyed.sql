-- As batch/insert_jobs.sql, of one kind; $3 is sorted. Names no index: customers' calls may not read jobs, not even so.
INSERT INTO job (id, kind, key, payload, run_at, created_at)
SELECT e.id, $2, e.key, e.payload::jsonb, $5, $5
FROM unnest($1::uuid[], $3::text[], $4::text[]) AS e (id, key, payload)
ON CONFLICT DO NOTHING
