WITH held AS MATERIALIZED (
    SELECT e.provider, e.event_id FROM event AS e WHERE e.order_id IN (SELECT order_id FROM held_order)
), due AS (
    SELECT k.ctid AS place
    FROM event_key AS k
    WHERE k.received_at < $1
      AND NOT EXISTS (SELECT FROM held AS h WHERE h.provider = k.provider AND h.event_id = k.event_id)
    LIMIT $2
), due_variants AS (
    SELECT v.ctid AS place
    FROM event_variant AS v
    WHERE v.received_at < $1
      AND NOT EXISTS (SELECT FROM held AS h WHERE h.provider = v.provider AND h.event_id = v.event_id)
    LIMIT $2
), gone AS (
    DELETE FROM event_key WHERE $3 AND ctid = ANY (ARRAY(SELECT place FROM due)) RETURNING 1
), gone_variants AS (
    DELETE FROM event_variant WHERE $3 AND ctid = ANY (ARRAY(SELECT place FROM due_variants)) RETURNING 1
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) + (SELECT count(*) FROM gone_variants)
            ELSE (SELECT count(*) FROM due) + (SELECT count(*) FROM due_variants) END
