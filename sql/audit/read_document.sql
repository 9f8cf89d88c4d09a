SELECT id, subject_id, salt, content, extra FROM audit_document WHERE id = ANY ($1::uuid[])
