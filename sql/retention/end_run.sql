UPDATE retention_run SET ended_at = $2, outcome = $3 WHERE id = $1
