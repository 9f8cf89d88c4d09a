DELETE FROM session
WHERE token_sha256 = ANY (ARRAY(
    SELECT token_sha256 FROM session WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))
