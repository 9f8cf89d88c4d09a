SELECT id, subject_id, salt, content, extra FROM audit_customer WHERE id = ANY ($1::uuid[])
