-- Who works here, by the blind index under any key that still lives.
SELECT s.id, s.role, s.password_hash, s.profile_version, s.profile_sealed, s.staff_key_id, k.wrapped
FROM staff s
JOIN data_key k ON k.id = s.staff_key_id
WHERE s.email_index = ANY ($1) AND s.ended_at IS NULL
