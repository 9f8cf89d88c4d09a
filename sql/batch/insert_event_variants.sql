-- A repeated event whose body is not the first one: it has no effect, but leaves a trace.
INSERT INTO event_variant (provider, event_id, body_sha256, received_at)
SELECT e.provider, e.event_id, e.body_sha256, $4
FROM unnest($1::text[], $2::text[], $3::bytea[]) AS e (provider, event_id, body_sha256)
JOIN event_key AS k ON k.provider = e.provider AND k.event_id = e.event_id AND k.body_sha256 <> e.body_sha256
ON CONFLICT DO NOTHING
