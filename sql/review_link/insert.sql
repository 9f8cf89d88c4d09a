-- Of a decision whose customer is still one.
INSERT INTO review_link (token_sha256, decision_id, customer_id, created_at, expires_at)
SELECT $1, d.id, c.id, $3, $4
FROM decision d
JOIN customer_order o ON o.id = d.order_id
JOIN customer c ON c.id = o.customer_id
WHERE d.id = $2
