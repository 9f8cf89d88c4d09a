SELECT id, subject_id, salt, content, extra FROM audit_document_number WHERE id = ANY ($1::uuid[])
