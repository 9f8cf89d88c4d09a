-- $2: whose order it must be; null: anybody's.
SELECT d.id, d.order_id, d.kind, d.number, d.issue_date, d.total_minor, d.currency, d.prepaid_minor
  FROM document d
  JOIN customer_order o ON o.id = d.order_id
 WHERE d.order_id = $1 AND d.kind = 'invoice' AND ($2::uuid IS NULL OR o.customer_id = $2)
 ORDER BY d.issued_at DESC, d.sequence DESC
 LIMIT 1
