INSERT INTO mail (kind, subject_id, sent_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
