SELECT size, note, signed_at FROM audit_checkpoint ORDER BY size DESC LIMIT 1
