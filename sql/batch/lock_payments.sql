-- One batch at a time may act on a payment, also on one that has no row yet. $1 is sorted.
SELECT pg_advisory_xact_lock(k.key) FROM unnest($1::bigint[]) AS k (key)
