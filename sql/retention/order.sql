-- Orders that money came for and whose last step was before $1, or before $5 where they are declared through the one-stop
-- shop; after the order $2; $3: an id that every younger one is above.
SELECT o.id
FROM retention_order AS o
JOIN customer_order AS c ON c.id = o.id
WHERE o.id > $2 AND o.id < $3 AND o.created_at < $1 AND NOT o.is_unpaid AND NOT o.is_held
  AND o.last_step_at < CASE WHEN c.is_one_stop_shop THEN $5 ELSE $1 END
ORDER BY o.id
LIMIT $4
