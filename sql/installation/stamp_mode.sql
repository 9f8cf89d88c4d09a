-- Once, for good.
INSERT INTO installation (mode, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING
