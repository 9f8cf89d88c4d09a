INSERT INTO data_key (id, purpose, kek_id, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)
