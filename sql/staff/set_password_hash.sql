-- Only where the hash is still the one that was verified.
UPDATE staff SET password_hash = $3 WHERE id = $1 AND password_hash = $2
