-- A repeated event whose body is not the first one: it has no effect, but leaves a trace.
INSERT INTO event_variant (provider, event_id, body_sha256, received_at)
SELECT e.provider, e.event_id, e.body_sha256, $4
FROM unnest($1::text[], $2::text[], $3::bytea[]) AS e (provider, event_id, body_sha256),
     LATERAL (SELECT k.body_sha256
              FROM event_key AS k
              WHERE k.provider = e.provider AND k.event_id = e.event_id
              OFFSET 0) AS first
WHERE first.body_sha256 <> e.body_sha256
ON CONFLICT DO NOTHING
