SELECT wrapped FROM data_key WHERE id = $1 AND purpose = $2
