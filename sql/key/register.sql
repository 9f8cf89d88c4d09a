-- A key-encryption key is known by its fingerprint from its first use on.
INSERT INTO key_encryption_key (id, purpose, fingerprint, first_seen_at)
SELECT e.id, e.purpose, e.fingerprint, $4
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS e (id, purpose, fingerprint)
ON CONFLICT (id) DO NOTHING
