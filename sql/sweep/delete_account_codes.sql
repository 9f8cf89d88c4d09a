DELETE FROM account_code
WHERE id = ANY (ARRAY(
    SELECT id FROM account_code WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))
