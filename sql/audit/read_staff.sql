SELECT id, subject_id, salt, content, extra FROM audit_staff WHERE id = ANY ($1::uuid[])
