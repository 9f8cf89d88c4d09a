SELECT o.customer_id, o.billing_key_id, k.wrapped
  FROM customer_order o
  LEFT JOIN data_key k ON k.id = o.billing_key_id
 WHERE o.id = $1
