UPDATE review SET due_before = due_at, due_at = $2, extended_at = $3, extension_reasons_sealed = $4 WHERE id = $1
