-- Not under a key that was retired, as data_key/insert.sql; nor when another process was first.
INSERT INTO data_key (id, purpose, kek_id, wrapped, month, created_at)
SELECT $1, 'event', $2, $3, $4, $5
WHERE NOT EXISTS (SELECT FROM key_encryption_key WHERE id = $2 AND retired_at IS NOT NULL)
ON CONFLICT (purpose, month) WHERE month IS NOT NULL DO NOTHING
