SELECT id, wrapped FROM data_key WHERE purpose = 'event' AND month = $1
