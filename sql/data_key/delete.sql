DELETE FROM data_key WHERE id = $1
