UPDATE key_encryption_key SET retired_at = coalesce(retired_at, $2), destroyed_at = $2
WHERE id = ANY ($1::uuid[]) AND destroyed_at IS NULL
