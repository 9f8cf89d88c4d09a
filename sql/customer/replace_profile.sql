-- Only of the version that was read; what it was sealed under is deleted by the next statement.
UPDATE customer
   SET profile_key_id = $3, profile_version = $2 + 1, profile_sealed = $4, language = $5
 WHERE id = $1 AND profile_version = $2
