-- One rotation at a time; the number means nothing but must never change. Held by the session.
SELECT pg_try_advisory_lock(4707270826)
