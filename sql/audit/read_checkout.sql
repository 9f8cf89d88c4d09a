SELECT id, subject_id, salt, content, extra FROM audit_checkout WHERE id = ANY ($1::uuid[])
