-- ask_at: an attempt that its provider knows by an id is looked after (jobs/asking.h). $1 to $10 as in update_payments.
INSERT INTO payment (id, provider_payment_id, provider_alias, status, amount_minor, currency, live, refunded_minor,
                     refunded_in_full, charged_back, order_id, provider, is_attempt, checkout_url, created_at, ask_at)
SELECT e.*, CASE WHEN e.provider IN ('stripe', 'mollie') AND e.is_attempt AND e.provider_payment_id IS NOT NULL
                 THEN e.created_at END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[], $8::bigint[],
            $9::boolean[], $10::boolean[], $11::uuid[], $12::text[], $13::boolean[], $14::text[], $15::timestamptz[])
     AS e (id, provider_payment_id, provider_alias, status, amount_minor, currency, live, refunded_minor,
           refunded_in_full, charged_back, order_id, provider, is_attempt, checkout_url, created_at)
