INSERT INTO audit_checkpoint (size, previous, signed_at, note, mac) VALUES ($1, $2, $3, $4, $5)
