UPDATE privacy_request SET state = $2, answer_sealed = $3, decided_at = $4, decided_by = $5 WHERE id = $1
