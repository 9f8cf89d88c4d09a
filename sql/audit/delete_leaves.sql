DELETE FROM audit_leaf WHERE id = ANY ($1::bigint[])
