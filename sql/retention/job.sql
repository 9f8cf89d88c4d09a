-- Those that were given up; a payload names what it is about.
WITH held AS MATERIALIZED (
    SELECT p.id::text AS id FROM payment AS p WHERE p.order_id IN (SELECT order_id FROM held_order)
    UNION
    SELECT p.provider_payment_id FROM payment AS p
    WHERE p.provider_payment_id IS NOT NULL AND p.order_id IN (SELECT order_id FROM held_order)
    UNION
    SELECT d.id::text FROM document AS d WHERE d.order_id IN (SELECT order_id FROM held_order)
), due AS (
    SELECT j.id
    FROM job AS j
    WHERE j.dead AND j.created_at < $1
      AND NOT EXISTS (SELECT FROM held AS h WHERE h.id IN (j.payload ->> 'payment', j.payload ->> 'document'))
    LIMIT $2
), gone AS (
    DELETE FROM job WHERE $3 AND dead AND id IN (SELECT id FROM due) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
