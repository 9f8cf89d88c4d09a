INSERT INTO review (id, decision_id, order_id, state, requested_by, requested_at, due_at)
SELECT e.id, e.decision_id, e.order_id, 'requested', 'policy', e.requested_at, e.due_at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
     AS e (id, decision_id, order_id, requested_at, due_at)
