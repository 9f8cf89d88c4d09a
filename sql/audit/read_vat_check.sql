SELECT id, subject_id, salt, content, extra FROM audit_vat_check WHERE id = ANY ($1::uuid[])
