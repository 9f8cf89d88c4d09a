-- Those that stop the order $1, the order's own first.
SELECT h.order_id IS NOT NULL, h.reason, h.set_by, h.set_at
FROM legal_hold AS h
WHERE (h.order_id = $1 OR h.customer_id = (SELECT o.customer_id FROM customer_order AS o WHERE o.id = $1))
  AND h.lifted_at IS NULL
ORDER BY h.customer_id NULLS FIRST
