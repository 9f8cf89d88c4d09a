-- $3: what is older is over. The answer is sealed under the order's billing key.
SELECT i.row_id, i.body_sha256, i.response_sealed, o.billing_key_id, k.wrapped
  FROM idempotency i
  JOIN customer_order o ON o.id = i.order_id
  JOIN data_key k ON k.id = o.billing_key_id
 WHERE i.customer_id = $1 AND i.key_sha256 = $2 AND i.created_at > $3
