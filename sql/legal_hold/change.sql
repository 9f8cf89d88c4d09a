UPDATE legal_hold SET reason = $3 WHERE (order_id = $1 OR customer_id = $2) AND lifted_at IS NULL
RETURNING id
