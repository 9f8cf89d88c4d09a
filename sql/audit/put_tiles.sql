INSERT INTO audit_tile (tile, frontier, hashes, leaves)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])
ON CONFLICT (tile) DO UPDATE SET hashes = EXCLUDED.hashes, leaves = EXCLUDED.leaves
