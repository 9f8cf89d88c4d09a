SELECT id, subject_id, salt, content, extra FROM audit_pdf WHERE id = ANY ($1::uuid[])
