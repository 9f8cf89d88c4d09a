SELECT r.provider, r.provider_payment_id, r.refunded_minor, r.refunded_in_full, r.charged_back
FROM unnest($1::text[], $2::text[]) AS e (provider, id)
JOIN early_reversal AS r ON r.provider = e.provider AND r.provider_payment_id = e.id
