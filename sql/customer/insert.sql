INSERT INTO customer (id, email_index, email_key_id, profile_key_id, profile_version, profile_sealed, password_hash,
                      language, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
