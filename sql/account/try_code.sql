-- The try is counted before anything is compared. Of one purpose only the newest code can be tried.
UPDATE account_code
SET tries = tries + 1
WHERE id = (SELECT id FROM account_code WHERE customer_id = $1 AND purpose = $2 ORDER BY id DESC LIMIT 1)
  AND tries < $3 AND expires_at > $4
RETURNING id, customer_id, email_sealed
