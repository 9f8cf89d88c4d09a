DELETE FROM data_key WHERE id = ANY ($1::uuid[])
