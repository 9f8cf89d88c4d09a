SELECT c.profile_key_id, k.wrapped, c.profile_version, c.profile_sealed, c.created_at, c.restricted_since,
       c.email_verified_at
  FROM customer c
  JOIN data_key k ON k.id = c.profile_key_id
 WHERE c.id = $1
