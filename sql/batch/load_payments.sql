-- All payments of the orders that lock_orders locked (the same parameters), read after the locks were had.
SELECT p.id, p.order_id, p.provider, p.provider_payment_id, p.provider_alias, p.status, p.amount_minor, p.currency,
       p.live, p.refunded_minor, p.refunded_in_full, p.charged_back, p.refund_total_minor, p.refund_named_minor,
       p.refund_failed_minor, p.refund_full_minor, p.refunded_at, p.is_attempt, p.created_at
FROM (
    SELECT unnest($1::uuid[])
    UNION
    SELECT r.order_id FROM review AS r WHERE r.id = ANY ($2::uuid[])
    UNION
    SELECT q.order_id
    FROM unnest($3::text[], $4::text[]) AS e (provider, id),
         LATERAL (SELECT order_id FROM payment WHERE provider = e.provider AND provider_payment_id = e.id
                  OFFSET 0) AS q
    UNION
    SELECT q.order_id
    FROM unnest($3::text[], $4::text[]) AS e (provider, id),
         LATERAL (SELECT order_id FROM payment WHERE provider = e.provider AND provider_alias = e.id
                  OFFSET 0) AS q) AS o (id),
     LATERAL (SELECT * FROM payment WHERE order_id = o.id OFFSET 0) AS p
ORDER BY p.order_id, p.created_at, p.id
