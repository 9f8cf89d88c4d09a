SELECT id, purpose, wrapped, kek_id
FROM data_key
WHERE $1::uuid IS NULL OR id > $1
ORDER BY id
LIMIT $2
