SELECT review_id, id, made_by, text_sealed, made_at
FROM review_statement
WHERE review_id = ANY ($1)
ORDER BY review_id, made_at, id
