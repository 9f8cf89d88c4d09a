-- What a review of a decision needs: whose order it is about, and the key that statements are sealed under.
SELECT d.order_id, o.customer_id, o.billing_key_id, k.wrapped
FROM decision d
JOIN customer_order o ON o.id = d.order_id
LEFT JOIN data_key k ON k.id = o.billing_key_id
WHERE d.id = $1
