INSERT INTO retention_run (id, origin, policy_version, policy_hash, started_at) VALUES ($1, $2, $3, $4, $5)
