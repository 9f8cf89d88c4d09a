-- Of each customer the newest document that can still be opened, for what they were called then.
DECLARE books_customers NO SCROLL CURSOR FOR
SELECT DISTINCT ON (o.customer_id) o.customer_id, d.id
  FROM document d
  JOIN customer_order o ON o.id = d.order_id
  LEFT JOIN data_key k ON k.id = o.billing_key_id
 WHERE d.issue_date BETWEEN $1 AND $2
 ORDER BY o.customer_id, k.id IS NULL, d.issue_date DESC, d.issued_at DESC, d.number
