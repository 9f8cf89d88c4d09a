-- In the transaction of the batch: $3[i] more rows of category $2[i].
UPDATE retention_run
SET counts = counts || coalesce(
    (SELECT jsonb_object_agg(c.category, coalesce((counts ->> c.category)::bigint, 0) + c.rows)
     FROM unnest($2::text[], $3::bigint[]) AS c (category, rows)
     WHERE c.rows > 0), '{}')
WHERE id = $1
