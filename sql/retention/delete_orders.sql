-- Those of the orders $1, which are locked, that are still what they were found as ($4: unpaid) and have no step from $2
-- on ($5, where they are declared through the one-stop shop) and no hold: with all that belongs to them and their keys. Foreign keys are checked when the statement ends. Only if
-- $3; counts either way.
WITH due AS (
    SELECT o.id, o.billing_key_id
    FROM retention_order AS o
    JOIN customer_order AS c ON c.id = o.id
    WHERE o.id = ANY ($1) AND o.is_unpaid = $4 AND NOT o.is_held
      AND o.last_step_at < CASE WHEN c.is_one_stop_shop THEN $5 ELSE $2 END
), renditions AS (
    DELETE FROM rendition
    WHERE $3 AND document_id IN (SELECT d.id FROM document AS d WHERE d.order_id IN (SELECT id FROM due))
), documents AS (
    DELETE FROM document WHERE $3 AND order_id IN (SELECT id FROM due)
), vat_checks AS (
    DELETE FROM vat_number_check WHERE $3 AND order_id IN (SELECT id FROM due)
), mails AS (
    DELETE FROM mail
    WHERE $3 AND subject_id IN (SELECT d.id FROM decision AS d WHERE d.order_id IN (SELECT id FROM due)
                                UNION ALL
                                SELECT r.id FROM review AS r WHERE r.order_id IN (SELECT id FROM due)
                                UNION ALL
                                SELECT d.id FROM document AS d WHERE d.order_id IN (SELECT id FROM due))
), statements AS (
    DELETE FROM review_statement
    WHERE $3 AND review_id IN (SELECT r.id FROM review AS r WHERE r.order_id IN (SELECT id FROM due))
), openings AS (
    DELETE FROM review_opening
    WHERE $3 AND review_id IN (SELECT r.id FROM review AS r WHERE r.order_id IN (SELECT id FROM due))
), reviews AS (
    DELETE FROM review WHERE $3 AND order_id IN (SELECT id FROM due)
), decisions AS (
    DELETE FROM decision WHERE $3 AND order_id IN (SELECT id FROM due)
), steps AS (
    DELETE FROM history WHERE $3 AND order_id IN (SELECT id FROM due)
), refunds_due AS (
    SELECT r.provider, r.refund_id
    FROM refund AS r
    JOIN payment AS p ON p.provider = r.provider AND r.provider_payment_id IN (p.provider_payment_id, p.provider_alias)
    WHERE p.order_id IN (SELECT id FROM due)
), refunds AS (
    DELETE FROM refund WHERE $3 AND (provider, refund_id) IN (SELECT provider, refund_id FROM refunds_due)
), payments AS (
    DELETE FROM payment WHERE $3 AND order_id IN (SELECT id FROM due)
), orders AS (
    DELETE FROM customer_order WHERE $3 AND id IN (SELECT id FROM due)
), keys AS (
    DELETE FROM data_key WHERE $3 AND id IN (SELECT billing_key_id FROM due)
)
SELECT (SELECT count(*) FROM due),
       (SELECT count(*) FROM document WHERE order_id IN (SELECT id FROM due)),
       (SELECT count(*) FROM payment WHERE order_id IN (SELECT id FROM due)) + (SELECT count(*) FROM refunds_due),
       (SELECT count(*) FROM decision WHERE order_id IN (SELECT id FROM due)),
       (SELECT count(*) FROM review WHERE order_id IN (SELECT id FROM due)),
       (SELECT count(*) FROM history WHERE order_id IN (SELECT id FROM due)),
       (SELECT count(*) FROM vat_number_check WHERE order_id IN (SELECT id FROM due))
