SELECT id FROM privacy_request WHERE id = $1 FOR NO KEY UPDATE
