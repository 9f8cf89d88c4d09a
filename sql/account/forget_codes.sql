DELETE FROM account_code WHERE customer_id = $1
