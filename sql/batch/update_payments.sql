-- ask_at: what went back may come back, so its provider is asked, from the beginning (jobs/asking.h).
UPDATE payment AS p
SET provider_payment_id = e.provider_payment_id, provider_alias = e.provider_alias, status = e.status,
    amount_minor = e.amount_minor, currency = e.currency, live = e.live, refunded_minor = e.refunded_minor,
    refunded_in_full = e.refunded_in_full, charged_back = e.charged_back, refund_total_minor = e.refund_total_minor,
    refund_named_minor = e.refund_named_minor, refund_failed_minor = e.refund_failed_minor,
    refund_full_minor = e.refund_full_minor, refunded_at = e.refunded_at,
    ask_at = CASE WHEN e.refunded_at IS DISTINCT FROM p.refunded_at AND p.provider IN ('stripe', 'mollie')
                  THEN e.refunded_at ELSE p.ask_at END,
    asked = CASE WHEN e.refunded_at IS DISTINCT FROM p.refunded_at THEN 0 ELSE p.asked END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[], $8::bigint[],
            $9::boolean[], $10::boolean[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
            $15::timestamptz[])
     AS e (id, provider_payment_id, provider_alias, status, amount_minor, currency, live, refunded_minor,
           refunded_in_full, charged_back, refund_total_minor, refund_named_minor, refund_failed_minor,
           refund_full_minor, refunded_at)
WHERE p.id = e.id
