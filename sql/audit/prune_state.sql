UPDATE audit_state SET pruned_size = $1, pruned_before = $2, mac = $3
