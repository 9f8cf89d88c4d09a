-- A hold that is set waits for the batch under way, and the next batch for the hold: it is seen by all that comes after
-- it was answered.
SELECT pg_advisory_xact_lock(4707270825)
