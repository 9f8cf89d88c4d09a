INSERT INTO document_prefix (prefix, series, kind, claimed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (prefix) DO NOTHING
