INSERT INTO job (id, kind, payload, run_at, created_at)
SELECT e.id, e.kind, e.payload::jsonb, $4, $4
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS e (id, kind, payload)
