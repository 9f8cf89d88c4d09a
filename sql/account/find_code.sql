SELECT purpose, customer_id, email_sealed, expires_at FROM account_code WHERE id = $1
