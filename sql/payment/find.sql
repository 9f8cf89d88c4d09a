SELECT id, order_id, provider, provider_payment_id, provider_alias, status, amount_minor, currency, live,
       refunded_minor, refunded_in_full, charged_back, checkout_url, created_at
FROM payment
WHERE id = $1
