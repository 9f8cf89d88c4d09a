INSERT INTO staff (id, email_index, email_key_id, staff_key_id, profile_version, profile_sealed, password_hash, role,
                   created_at, policy_author)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
