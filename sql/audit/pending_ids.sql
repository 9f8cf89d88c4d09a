SELECT id FROM audit_pending ORDER BY id
