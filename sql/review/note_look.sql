INSERT INTO history (id, order_id, review_id, step, actor, staff_id, at)
SELECT $1, order_id, id, 'review_opened_by_staff', 'staff', $3, $4
FROM review
WHERE id = $2
