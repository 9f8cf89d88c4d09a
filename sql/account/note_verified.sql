UPDATE customer SET email_verified_at = coalesce(email_verified_at, $2) WHERE id = $1
