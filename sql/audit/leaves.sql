SELECT id, made_at, nonce, hash, mac, entries FROM audit_leaf WHERE id = ANY ($1::bigint[])
