UPDATE customer SET email_index = $2, email_key_id = $3, email_verified_at = $4 WHERE id = $1
