SELECT l.id, l.made_at, l.nonce, l.hash, l.mac, l.entries
FROM audit_pending AS p
JOIN audit_leaf AS l ON l.id = p.id
WHERE p.id > $1
ORDER BY p.id
LIMIT $2
