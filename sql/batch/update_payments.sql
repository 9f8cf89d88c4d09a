UPDATE payment AS p
SET provider_payment_id = e.provider_payment_id, provider_alias = e.provider_alias, status = e.status,
    amount_minor = e.amount_minor, currency = e.currency, live = e.live, refunded_minor = e.refunded_minor,
    refunded_in_full = e.refunded_in_full, charged_back = e.charged_back
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[], $8::bigint[],
            $9::boolean[], $10::boolean[])
     AS e (id, provider_payment_id, provider_alias, status, amount_minor, currency, live, refunded_minor,
           refunded_in_full, charged_back)
WHERE p.id = e.id
