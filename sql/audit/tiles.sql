SELECT tile, frontier, hashes, leaves FROM audit_tile WHERE tile >= $1 ORDER BY tile LIMIT $2
