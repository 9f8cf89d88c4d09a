-- One review a decision, and one second look at it: whoever comes second finds the first one's row.
INSERT INTO review (id, decision_id, order_id, state, requested_by, requested_at, due_at, look, first_id)
VALUES ($1, $2, $3, 'requested', $4, $5, $6, $7, $8)
ON CONFLICT (decision_id, look) DO NOTHING
