INSERT INTO order_information (version, text_nl, text_en, first_in_force_at)
VALUES ($1, $2::jsonb, $3::jsonb, $4)
ON CONFLICT (version) DO NOTHING
