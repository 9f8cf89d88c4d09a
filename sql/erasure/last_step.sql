-- When the term of what stays begins: the last step of an order that money came for. No row: there is none.
SELECT max(last_step_at) FROM retention_order WHERE customer_id = $1 AND NOT is_unpaid HAVING count(*) > 0
