SELECT EXISTS (SELECT FROM customer WHERE id = $1 AND restricted_since IS NOT NULL)
