UPDATE key_encryption_key SET retired_at = $2 WHERE id = ANY ($1::uuid[]) AND retired_at IS NULL
