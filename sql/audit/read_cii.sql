SELECT id, subject_id, salt, content, extra FROM audit_cii WHERE id = ANY ($1::uuid[])
