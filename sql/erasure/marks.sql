SELECT id, entries, hash FROM erasure_ledger
