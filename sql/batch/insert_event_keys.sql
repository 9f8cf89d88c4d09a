-- The idempotency of events: only rows that are returned are new. The arrays are sorted, so that two batches that share
-- events wait for each other in one order.
INSERT INTO event_key (provider, event_id, body_sha256, received_at)
SELECT e.provider, e.event_id, e.body_sha256, $4
FROM unnest($1::text[], $2::text[], $3::bytea[]) AS e (provider, event_id, body_sha256)
ON CONFLICT (provider, event_id) DO NOTHING
RETURNING provider, event_id
