DELETE FROM account_code WHERE id = $1
