SELECT size, previous, signed_at, note, mac FROM audit_checkpoint WHERE size > $1 ORDER BY size LIMIT $2
