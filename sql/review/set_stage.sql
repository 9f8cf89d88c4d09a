UPDATE review SET stage = $2, state = $3, assigned_to = COALESCE($4, assigned_to) WHERE id = $1
