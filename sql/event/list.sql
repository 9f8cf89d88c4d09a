-- Ids have no index, and come within a minute of received_at: $1 and $2 let the one on received_at bound the search,
-- $3 and $4 are the exact bounds.
SELECT id, provider, kind, payment_id, order_id, received_at, outcome
FROM event
WHERE received_at >= $1 AND received_at < $2
    AND id >= $3 AND id < $4
    AND (NOT $5 OR outcome NOT IN ('unmatched', 'conflict', 'quarantined'))
ORDER BY id DESC
LIMIT $6
