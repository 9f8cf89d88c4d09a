-- One migration at a time; the number means nothing but must never change.
SELECT pg_advisory_lock(4707270823)
