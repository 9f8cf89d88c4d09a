-- Nothing is stored under a key that was retired: a row less than one says so.
INSERT INTO data_key (id, purpose, kek_id, wrapped, created_at, customer_id)
SELECT $1, $2, $3, $4, $5, $6
WHERE NOT EXISTS (SELECT FROM key_encryption_key WHERE id = $3 AND retired_at IS NOT NULL)
