-- One sequencer at a time, over all servers; until the transaction ends.
SELECT pg_try_advisory_xact_lock(4707270827)
