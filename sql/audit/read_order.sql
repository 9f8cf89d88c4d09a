SELECT id, subject_id, salt, content, extra FROM audit_order WHERE id = ANY ($1::uuid[])
