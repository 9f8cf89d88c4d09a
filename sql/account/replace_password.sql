-- $3: the hash that was verified; null after a code.
UPDATE customer SET password_hash = $2 WHERE id = $1 AND ($3::text IS NULL OR password_hash = $3)
