-- The arrays are sorted, as those of insert_event_keys. What has failed stays so.
INSERT INTO refund (provider, refund_id, provider_payment_id, amount_minor, noted_at, failed_at)
SELECT e.provider, e.refund_id, e.payment_id, e.amount_minor, $6, CASE WHEN e.has_failed THEN $6 END
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[])
     AS e (provider, refund_id, payment_id, amount_minor, has_failed)
ON CONFLICT (provider, refund_id) DO UPDATE SET failed_at = coalesce(refund.failed_at, EXCLUDED.failed_at)
