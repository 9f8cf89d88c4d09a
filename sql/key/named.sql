-- Every key-encryption key that a row needs: to unwrap its data key, or to find a person by e-mail address.
SELECT kek_id FROM data_key
UNION
SELECT email_key_id FROM customer
UNION
SELECT email_key_id FROM staff
