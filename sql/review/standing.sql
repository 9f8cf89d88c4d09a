-- A member of staff in their relation to a review.
SELECT t.policy_author, d.made_by = 'policy', COALESCE($2 IN (f.decided_by, f.confirmed_by), false), s.how, o.total_minor
FROM review r
JOIN decision d ON d.id = r.decision_id
JOIN customer_order o ON o.id = r.order_id
JOIN staff t ON t.id = $2
LEFT JOIN review f ON f.id = r.first_id
LEFT JOIN review_opening s ON s.review_id = r.id AND s.staff_id = $2
WHERE r.id = $1
