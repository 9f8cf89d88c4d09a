-- $2: whose order it must be; null: anybody's.
SELECT d.id, d.order_id, d.kind, d.number, d.issue_date, d.total_minor, d.currency, d.prepaid_minor
  FROM document d
  JOIN customer_order o ON o.id = d.order_id
 WHERE d.number = $1 AND ($2::uuid IS NULL OR o.customer_id = $2)
