SELECT id, subject_id, salt, content, extra FROM audit_price_list WHERE id = ANY ($1::uuid[])
