-- Every key-encryption key that a row needs, to unwrap its data key, or to find a person by e-mail address; and how many
-- data keys it wraps.
SELECT kek_id, count(*) FROM data_key GROUP BY kek_id
UNION ALL
SELECT email_key_id, 0 FROM customer GROUP BY email_key_id
UNION ALL
SELECT email_key_id, 0 FROM staff GROUP BY email_key_id
