UPDATE legal_hold SET lifted_by = $3, lifted_at = $4 WHERE (order_id = $1 OR customer_id = $2) AND lifted_at IS NULL
RETURNING id
