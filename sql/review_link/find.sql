-- With what the form has to know of the review that was asked for, if one was.
SELECT l.customer_id, o.language, r.stage, r.due_at
FROM review_link l
JOIN decision d ON d.id = l.decision_id
JOIN customer_order o ON o.id = d.order_id
LEFT JOIN review r ON r.decision_id = d.id AND r.look = 1
WHERE l.token_sha256 = $1 AND l.decision_id = $2 AND l.expires_at > $3
