-- A job whose key waits already is not added again. The arrays are sorted by kind and key, so that two batches that
-- share keys wait for each other in one order.
INSERT INTO job (id, kind, key, payload, run_at, created_at)
SELECT e.id, e.kind, e.key, e.payload::jsonb, $5, $5
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS e (id, kind, key, payload)
ON CONFLICT (kind, key) WHERE key IS NOT NULL AND held_until IS NULL AND NOT dead DO NOTHING
