-- Only by whoever holds it still. Where another of the same key waits by now, that one does what is left to do: this
-- one is deleted.
WITH mine AS (
    SELECT id, EXISTS (SELECT FROM job AS o
                       WHERE o.kind = j.kind AND o.key = j.key AND o.held_until IS NULL AND NOT o.dead) AS is_replaced
    FROM job AS j
    WHERE id = $1 AND held_until = $2
), replaced AS (
    DELETE FROM job USING mine WHERE job.id = mine.id AND mine.is_replaced AND $3::timestamptz IS NOT NULL
)
UPDATE job
SET run_at = coalesce($3, run_at), held_until = NULL, dead = $3 IS NULL, last_error = $4
FROM mine
WHERE job.id = mine.id AND ($3 IS NULL OR NOT mine.is_replaced)
