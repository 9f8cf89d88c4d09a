SELECT id, fingerprint, retired_at, destroyed_at FROM key_encryption_key ORDER BY id
