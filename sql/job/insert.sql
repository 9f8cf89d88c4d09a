INSERT INTO job (id, kind, payload, run_at, created_at)
SELECT e.id, $2, e.payload::jsonb, $4, $4
FROM unnest($1::uuid[], $3::text[]) AS e (id, payload)
