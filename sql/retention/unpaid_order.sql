-- As order.sql, of those that ended without money.
SELECT o.id
FROM retention_order AS o
WHERE o.id > $2 AND o.id < $3 AND o.status IN ('expired', 'cancelled') AND o.is_unpaid AND o.last_step_at < $1
  AND NOT o.is_held
ORDER BY o.id
LIMIT $4
