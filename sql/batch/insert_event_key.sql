INSERT INTO data_key (id, purpose, kek_id, wrapped, month, created_at) VALUES ($1, 'event', $2, $3, $4, $5)
ON CONFLICT (purpose, month) DO NOTHING
