-- When the term of what stays begins: the last step of an order that money came for; and whether one of them is declared
-- through the one-stop shop. No row: there is none.
SELECT max(o.last_step_at), bool_or(c.is_one_stop_shop)
FROM retention_order AS o
JOIN customer_order AS c ON c.id = o.id
WHERE o.customer_id = $1 AND NOT o.is_unpaid
HAVING count(*) > 0
