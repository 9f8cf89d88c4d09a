SELECT adopted_at, pruned_size, pruned_before, mac FROM audit_state
