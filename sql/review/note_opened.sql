-- Opened says more than listed.
INSERT INTO review_opening AS o (review_id, staff_id, how, at) VALUES ($1, $2, 'opened', $3)
ON CONFLICT (review_id, staff_id) DO UPDATE SET how = 'opened', at = $3 WHERE o.how = 'listed'
