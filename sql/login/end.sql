DELETE FROM session WHERE token_sha256 = $1
