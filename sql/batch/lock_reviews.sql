-- A second look is at the decision that stands since the first: that of the first reviewer, where there is one.
SELECT r.id, r.order_id, COALESCE(s.id, d.id), r.state, COALESCE(s.outcome, d.outcome), k.wrapped, r.proposed_at
FROM review AS r
JOIN decision AS d ON d.id = r.decision_id
JOIN customer_order AS o ON o.id = r.order_id
LEFT JOIN data_key AS k ON k.id = o.billing_key_id
LEFT JOIN LATERAL (
    SELECT later.id, later.outcome
    FROM decision AS later
    WHERE later.order_id = r.order_id AND later.made_by = 'staff' AND later.inputs ->> 'reviewed_decision_id' = d.id::text
    ORDER BY later.ordinal DESC
    LIMIT 1
) AS s ON r.look = 2
WHERE r.id = ANY ($1::uuid[])
ORDER BY r.id
FOR NO KEY UPDATE OF r
