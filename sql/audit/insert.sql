-- A leaf, and that it has no place in the tree yet.
WITH leaf AS (
    INSERT INTO audit_leaf (made_at, nonce, hash, mac, entries) VALUES ($1, $2, $3, $4, $5) RETURNING id
)
INSERT INTO audit_pending (id) SELECT id FROM leaf
