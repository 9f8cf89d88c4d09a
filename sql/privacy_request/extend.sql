UPDATE privacy_request SET state = 'extended', due_at = $2, extension_sealed = $3 WHERE id = $1
