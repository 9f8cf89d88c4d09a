-- Orders that money came for and whose last step was before $1, after the order $2; $3: an id that every younger one is
-- above.
SELECT o.id
FROM retention_order AS o
WHERE o.id > $2 AND o.id < $3 AND o.created_at < $1 AND NOT o.is_unpaid AND o.last_step_at < $1 AND NOT o.is_held
ORDER BY o.id
LIMIT $4
