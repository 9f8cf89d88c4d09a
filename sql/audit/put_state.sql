INSERT INTO audit_state (adopted_at, pruned_size, pruned_before, mac) VALUES ($1, 0, NULL, $2)
