-- $1: the indexes of one address under every index key that lives.
SELECT id, password_hash FROM customer WHERE email_index = ANY ($1)
