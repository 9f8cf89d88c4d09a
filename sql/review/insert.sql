-- One review a decision: whoever comes second finds the first one's row.
INSERT INTO review (id, decision_id, order_id, state, requested_by, requested_at, due_at)
VALUES ($1, $2, $3, 'requested', $4, $5, $6)
ON CONFLICT (decision_id) DO NOTHING
