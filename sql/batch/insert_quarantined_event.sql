-- An event whose effect the database refused, alone: its key and a row for staff, nothing else.
WITH key AS (
    INSERT INTO event_key (provider, event_id, body_sha256, received_at) VALUES ($2, $3, $9, $8)
    ON CONFLICT (provider, event_id) DO NOTHING
    RETURNING 1
)
INSERT INTO event (id, provider, event_id, kind, payment_id, amount_minor, currency, live, occurred_at, received_at,
                   body_sha256, outcome, body_key_id, body_sealed)
SELECT $1, $2, $3, $4, $5, $6, $7, $10, $8, $8, $9, 'quarantined', $11, $12 FROM key
