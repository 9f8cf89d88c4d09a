SELECT d.id, d.number, credited.number, d.content_sealed, o.customer_id, o.billing_key_id, k.wrapped
  FROM document d
  JOIN customer_order o ON o.id = d.order_id
  JOIN document credited ON credited.id = d.credits_id
  LEFT JOIN data_key k ON k.id = o.billing_key_id
 WHERE d.order_id = $1 AND d.content_sealed IS NOT NULL
 ORDER BY d.issued_at, d.sequence
