UPDATE privacy_request
SET text_key_id = NULL, statement_sealed = NULL, extension_sealed = NULL, answer_sealed = NULL
WHERE customer_id = $1
RETURNING id
