SELECT order_id, id, provider, provider_payment_id, provider_alias, status, amount_minor, currency, live,
       refunded_minor, refunded_in_full, charged_back, is_attempt, checkout_url, created_at
  FROM payment
 WHERE order_id = ANY ($1)
 ORDER BY order_id, id
