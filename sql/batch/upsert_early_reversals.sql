INSERT INTO early_reversal (provider, provider_payment_id, refunded_minor, refunded_in_full, charged_back, received_at)
SELECT e.provider, e.id, e.refunded_minor, e.refunded_in_full, e.charged_back, $6
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::boolean[])
     AS e (provider, id, refunded_minor, refunded_in_full, charged_back)
ON CONFLICT (provider, provider_payment_id) DO UPDATE
SET refunded_minor = EXCLUDED.refunded_minor, refunded_in_full = EXCLUDED.refunded_in_full,
    charged_back = EXCLUDED.charged_back
