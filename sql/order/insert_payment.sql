-- ask_at: an attempt that its provider knows by an id is looked after (jobs/asking.h).
INSERT INTO payment (id, order_id, is_attempt, provider, provider_payment_id, status, amount_minor, currency, live,
                     checkout_url, created_at, ask_at)
VALUES ($1, $2, true, $3::text, $4::text, $5, $6, $7, $8, $9, $10::timestamptz,
        CASE WHEN $3::text IN ('stripe', 'mollie') AND $4::text IS NOT NULL THEN $10::timestamptz END)
