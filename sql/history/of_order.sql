SELECT id, review_id, step, actor, staff_id, at
FROM history
WHERE order_id = $1
ORDER BY at, id
