-- The review is locked, so the count is exact.
INSERT INTO review_statement (id, review_id, made_by, staff_id, text_sealed, made_at)
SELECT $1, $2, $3, $4, $5, $6
WHERE (SELECT count(*) FROM review_statement WHERE review_id = $2) < $7
