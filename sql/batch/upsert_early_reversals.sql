INSERT INTO early_reversal (provider, provider_payment_id, refunded_minor, refunded_in_full, charged_back,
                            refund_total_minor, refund_named_minor, refund_failed_minor, refund_full_minor, received_at)
SELECT e.*, $10
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::boolean[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[])
     AS e (provider, id, refunded_minor, refunded_in_full, charged_back, total_minor, named_minor, failed_minor,
           full_minor)
ON CONFLICT (provider, provider_payment_id) DO UPDATE
SET refunded_minor = EXCLUDED.refunded_minor, refunded_in_full = EXCLUDED.refunded_in_full,
    charged_back = EXCLUDED.charged_back, refund_total_minor = EXCLUDED.refund_total_minor,
    refund_named_minor = EXCLUDED.refund_named_minor, refund_failed_minor = EXCLUDED.refund_failed_minor,
    refund_full_minor = EXCLUDED.refund_full_minor
