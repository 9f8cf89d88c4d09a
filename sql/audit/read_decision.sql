SELECT id, subject_id, salt, content, extra FROM audit_decision WHERE id = ANY ($1::uuid[])
