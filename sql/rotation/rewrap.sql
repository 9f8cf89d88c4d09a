-- One that was deleted or wrapped anew meanwhile stays as it is.
UPDATE data_key d
SET kek_id = e.kek_id, wrapped = e.fresh
FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bytea[]) AS e (id, wrapped, kek_id, fresh)
WHERE d.id = e.id AND d.wrapped = e.wrapped
