SELECT id, subject_id, salt, content, extra FROM audit_ubl WHERE id = ANY ($1::uuid[])
