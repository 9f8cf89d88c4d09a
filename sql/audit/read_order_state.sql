SELECT id, subject_id, salt, content, extra FROM audit_order_state WHERE id = ANY ($1::uuid[])
