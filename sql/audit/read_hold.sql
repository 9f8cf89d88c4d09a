SELECT id, subject_id, salt, content, extra FROM audit_hold WHERE id = ANY ($1::uuid[])
