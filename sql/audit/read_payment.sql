SELECT id, subject_id, salt, content, extra FROM audit_payment WHERE id = ANY ($1::uuid[])
