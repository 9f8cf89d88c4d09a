SELECT customer_id FROM customer_order WHERE id = $1
