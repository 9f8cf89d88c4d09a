INSERT INTO history (id, order_id, review_id, step, actor, staff_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
