DELETE FROM audit_pending WHERE id = ANY ($1::bigint[])
