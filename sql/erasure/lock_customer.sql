-- Whoever places an order for them waits, and then finds nobody.
SELECT c.language, EXISTS (SELECT FROM legal_hold AS h WHERE h.customer_id = c.id AND h.lifted_at IS NULL)
FROM customer AS c
WHERE c.id = $1
FOR UPDATE
