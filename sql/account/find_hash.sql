SELECT password_hash FROM customer WHERE id = $1
