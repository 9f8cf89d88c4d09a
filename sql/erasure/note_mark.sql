-- Of two that erase at once the further one is kept.
INSERT INTO erasure_ledger AS l (id, entries, hash, noted_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET entries = EXCLUDED.entries, hash = EXCLUDED.hash, noted_at = EXCLUDED.noted_at
WHERE l.entries < EXCLUDED.entries
