SELECT count(*) FROM privacy_request WHERE customer_id = $1 AND state IN ('received', 'extended')
