-- What stands beside an order that was just placed: its first attempt at a payment, the first step of its history (as
-- history/insert.sql), and the leaf of the audit log (as audit/insert.sql). ask_at: an attempt that its provider knows
-- by an id is looked after (jobs/asking.h).
WITH attempt AS (
    INSERT INTO payment (id, order_id, is_attempt, provider, provider_payment_id, status, amount_minor, currency, live,
                         checkout_url, created_at, ask_at)
    VALUES ($1, $2, true, $3::text, $4::text, $5, $6, $7, $8, $9, $10::timestamptz,
            CASE WHEN $3::text IN ('stripe', 'mollie') AND $4::text IS NOT NULL THEN $10::timestamptz END)
), step AS (
    INSERT INTO history (id, order_id, step, actor, at) VALUES ($11, $2, 'placed', $12, $13)
), leaf AS (
    INSERT INTO audit_leaf (made_at, nonce, hash, mac, entries) VALUES ($13, $14, $15, $16, $17) RETURNING id
)
INSERT INTO audit_pending (id) SELECT id FROM leaf
