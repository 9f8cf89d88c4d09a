SELECT kek_id, count(*) FROM data_key WHERE kek_id = ANY ($1::uuid[]) GROUP BY kek_id
