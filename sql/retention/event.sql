-- An event has no key of its own; nobody changes one, so its place is as good.
WITH due AS (
    SELECT e.ctid AS place
    FROM event AS e
    WHERE e.received_at < $1 AND (e.order_id IS NULL OR e.order_id NOT IN (SELECT order_id FROM held_order))
    LIMIT $2
), gone AS (
    DELETE FROM event WHERE $3 AND ctid = ANY (ARRAY(SELECT place FROM due)) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END
