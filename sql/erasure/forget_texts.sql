UPDATE privacy_request
SET text_key_id = NULL, statement_sealed = NULL, extension_sealed = NULL, answer_sealed = NULL
WHERE customer_id = ANY ($1::uuid[])
  AND num_nonnulls(text_key_id, statement_sealed, extension_sealed, answer_sealed) > 0
RETURNING id
