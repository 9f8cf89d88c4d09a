SELECT id, subject_id, salt, content, extra FROM audit_review WHERE id = ANY ($1::uuid[])
