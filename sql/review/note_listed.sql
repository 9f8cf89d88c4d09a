-- In the order of the ids, so that two lists at once wait for each other and never in a circle.
INSERT INTO review_opening (review_id, staff_id, how, at)
SELECT id, $2, 'listed', $3 FROM unnest($1::uuid[]) AS id
WHERE NOT EXISTS (SELECT FROM review_opening AS o WHERE o.review_id = id AND o.staff_id = $2)
ORDER BY id
ON CONFLICT (review_id, staff_id) DO NOTHING
