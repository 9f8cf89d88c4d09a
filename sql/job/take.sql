-- A held job is due again when its hold is over: that is all that a killed worker leaves behind. Of one key only one is
-- held at a time. The CTE is evaluated once, so exactly the row that it locked is updated.
WITH due AS MATERIALIZED (
    SELECT id
    FROM job AS j
    WHERE NOT dead AND kind = $2 AND run_at <= $1
      AND (key IS NULL OR NOT EXISTS (SELECT FROM job AS h
                                      WHERE h.kind = $2 AND h.key = j.key AND h.held_until > $1 AND NOT h.dead))
    ORDER BY run_at
    LIMIT 1
    FOR UPDATE OF j SKIP LOCKED)
UPDATE job
SET run_at = $3, held_until = $3, attempts = attempts + 1
FROM due
WHERE job.id = due.id
RETURNING job.id, job.kind, job.payload, job.attempts, job.held_until, job.created_at, job.revived
