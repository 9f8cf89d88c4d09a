SELECT tile, frontier, hashes, leaves FROM audit_tile ORDER BY tile DESC LIMIT 1
