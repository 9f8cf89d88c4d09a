SELECT p.id, l.hash, l.mac, l.made_at
FROM audit_pending AS p
LEFT JOIN audit_leaf AS l ON l.id = p.id
ORDER BY p.id
LIMIT $1
