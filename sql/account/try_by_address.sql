-- As try_code.sql; $1: the indexes of one address under every index key that lives.
UPDATE account_code
SET tries = tries + 1
WHERE id = (SELECT id FROM account_code WHERE email_index = ANY ($1) AND purpose = $2 ORDER BY id DESC LIMIT 1)
  AND tries < $3 AND expires_at > $4
RETURNING id, customer_id, email_sealed
