SELECT id, subject_id, salt, content, extra FROM audit_statement WHERE id = ANY ($1::uuid[])
