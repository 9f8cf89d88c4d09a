-- All but the one of $2; all of them when that is null.
DELETE FROM session WHERE customer_id = $1 AND token_sha256 IS DISTINCT FROM $2
