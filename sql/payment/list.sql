SELECT id, order_id, provider, provider_payment_id, provider_alias, status, amount_minor, currency, live,
       refunded_minor, refunded_in_full, charged_back, checkout_url, created_at,
       (SELECT count(*) FROM refund AS r
        WHERE r.provider = payment.provider AND r.provider_payment_id = payment.provider_payment_id
          AND r.failed_at IS NOT NULL) AS failed_refunds
FROM payment
WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3
