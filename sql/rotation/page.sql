-- A row whose key is wrapped anew is no longer among these; one that can't be is passed by.
SELECT id, wrapped
FROM data_key
WHERE kek_id = $1 AND id > $2
ORDER BY id
LIMIT $3
