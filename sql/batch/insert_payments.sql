-- ask_at: an attempt that its provider knows by an id is looked after (jobs/asking.h).
INSERT INTO payment (id, order_id, provider, provider_payment_id, provider_alias, status, amount_minor, currency, live,
                     refunded_minor, refunded_in_full, charged_back, is_attempt, checkout_url, created_at, ask_at)
SELECT e.*, CASE WHEN e.provider IN ('stripe', 'mollie') AND e.is_attempt AND e.provider_payment_id IS NOT NULL
                 THEN e.created_at END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
            $9::boolean[], $10::bigint[], $11::boolean[], $12::boolean[], $13::boolean[], $14::text[],
            $15::timestamptz[])
     AS e (id, order_id, provider, provider_payment_id, provider_alias, status, amount_minor, currency, live,
           refunded_minor, refunded_in_full, charged_back, is_attempt, checkout_url, created_at)
