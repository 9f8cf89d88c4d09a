-- With the single refunds of payments that no order is known for; those of others end with their payment.
WITH due AS (
    SELECT r.provider, r.provider_payment_id
    FROM early_reversal AS r
    WHERE r.received_at < $1
      AND NOT EXISTS (SELECT FROM payment AS p
                      WHERE p.provider = r.provider AND p.provider_payment_id = r.provider_payment_id
                        AND p.order_id IN (SELECT order_id FROM held_order))
    LIMIT $2
), due_refunds AS (
    SELECT f.provider, f.refund_id
    FROM refund AS f
    WHERE f.noted_at < $1
      AND NOT EXISTS (SELECT FROM payment AS p
                      WHERE p.provider = f.provider AND p.provider_payment_id = f.provider_payment_id)
      AND NOT EXISTS (SELECT FROM payment AS p
                      WHERE p.provider = f.provider AND p.provider_alias = f.provider_payment_id)
    LIMIT $2
), gone AS (
    DELETE FROM early_reversal AS r
    WHERE $3 AND r.received_at < $1
      AND (r.provider, r.provider_payment_id) IN (SELECT provider, provider_payment_id FROM due)
    RETURNING 1
), gone_refunds AS (
    DELETE FROM refund WHERE $3 AND (provider, refund_id) IN (SELECT provider, refund_id FROM due_refunds) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) + (SELECT count(*) FROM gone_refunds)
            ELSE (SELECT count(*) FROM due) + (SELECT count(*) FROM due_refunds) END
