SELECT id, fingerprint FROM key_encryption_key ORDER BY id
