-- ask_at: an attempt that its provider knows by an id is looked after (jobs/asking.h), and so is what went back of a
-- payment. $1 to $15 as in update_payments.
INSERT INTO payment (id, provider_payment_id, provider_alias, status, amount_minor, currency, live, refunded_minor,
                     refunded_in_full, charged_back, refund_total_minor, refund_named_minor, refund_failed_minor,
                     refund_full_minor, refunded_at, order_id, provider, is_attempt, checkout_url, created_at, ask_at)
SELECT e.*, CASE WHEN e.provider IN ('stripe', 'mollie') AND e.provider_payment_id IS NOT NULL
                      AND (e.is_attempt OR e.refunded_at IS NOT NULL)
                 THEN e.created_at END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[], $8::bigint[],
            $9::boolean[], $10::boolean[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
            $15::timestamptz[], $16::uuid[], $17::text[], $18::boolean[], $19::text[], $20::timestamptz[])
     AS e (id, provider_payment_id, provider_alias, status, amount_minor, currency, live, refunded_minor,
           refunded_in_full, charged_back, refund_total_minor, refund_named_minor, refund_failed_minor,
           refund_full_minor, refunded_at, order_id, provider, is_attempt, checkout_url, created_at)
