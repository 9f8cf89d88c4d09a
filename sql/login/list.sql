-- Newest first, from after $3 (null: from the start); $2 is the server's time.
SELECT id, token_sha256, created_at, expires_at
  FROM session
 WHERE customer_id = $1 AND expires_at > $2 AND ($3::uuid IS NULL OR id < $3)
 ORDER BY id DESC
 LIMIT $4
