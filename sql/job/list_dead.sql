-- Newest first.
SELECT id, kind, payload, attempts, last_error, run_at, created_at
FROM job
WHERE dead AND id < $1
ORDER BY id DESC
LIMIT $2
