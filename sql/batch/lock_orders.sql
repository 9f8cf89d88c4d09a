-- The orders of commands ($1), of reviews ($2) and of payments ($3, $4), locked in the order of their ids. What the
-- rules need stands on this row: after waiting for the lock, other tables may be read only by a later statement.
SELECT o.id, o.status, o.total_minor, o.currency, o.expires_at, o.content_version, o.invoice_id, o.decision_id,
       o.decisions_count, o.customer_id, o.billing_key_id, o.payment_id, o.audit_salt,
       o.credited_minor
FROM customer_order AS o
WHERE o.id IN (
    SELECT unnest($1::uuid[])
    UNION
    SELECT r.order_id FROM review AS r WHERE r.id = ANY ($2::uuid[])
    UNION
    SELECT p.order_id
    FROM unnest($3::text[], $4::text[]) AS e (provider, id),
         LATERAL (SELECT order_id FROM payment WHERE provider = e.provider AND provider_payment_id = e.id
                  OFFSET 0) AS p
    UNION
    SELECT p.order_id
    FROM unnest($3::text[], $4::text[]) AS e (provider, id),
         LATERAL (SELECT order_id FROM payment WHERE provider = e.provider AND provider_alias = e.id
                  OFFSET 0) AS p)
ORDER BY o.id
FOR NO KEY UPDATE OF o
