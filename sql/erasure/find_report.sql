SELECT report FROM privacy_request WHERE receipt_sha256 = $1
