-- Steps are found by their order.
SELECT id, subject_id, salt, content, extra FROM audit_history WHERE subject_id = $2 AND id = ANY ($1::uuid[])
