-- Only by whoever holds it still.
UPDATE job
SET run_at = coalesce($3, run_at), held_until = NULL, dead = $3 IS NULL, last_error = $4
WHERE id = $1 AND held_until = $2
