-- $1, $2: an outcome and the last order seen; null: any, and from the start.
SELECT o.id, o.number, o.status, c.outcome, c.checked_at
  FROM vat_number_check c
  JOIN customer_order o ON o.id = c.order_id
 WHERE ($1::text IS NULL OR c.outcome = $1) AND ($2::uuid IS NULL OR c.order_id < $2)
 ORDER BY c.order_id DESC
 LIMIT $3
