SELECT pg_advisory_unlock(4707270826)
