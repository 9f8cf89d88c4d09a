UPDATE customer
   SET profile_key_id = $2, profile_version = profile_version + 1, profile_sealed = $3, language = $4
 WHERE id = $1
