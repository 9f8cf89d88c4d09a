UPDATE review SET state = 'assigned' WHERE id = $1 AND state = 'requested'
