-- One run at a time in the whole database; the numbers mean nothing but must never change.
SELECT pg_try_advisory_lock(4707270824)
