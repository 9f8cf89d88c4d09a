-- For staff to look into; the words are those of the index event_unmatched.
SELECT id, provider, kind, payment_id, order_id, received_at, outcome
FROM event
WHERE outcome IN ('unmatched', 'conflict', 'quarantined') AND id < $1
ORDER BY id DESC
LIMIT $2
