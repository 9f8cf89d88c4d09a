SELECT id, subject_id, salt, content, extra FROM audit_request WHERE id = ANY ($1::uuid[])
