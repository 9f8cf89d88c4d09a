-- Those that were answered, with the key of their texts.
WITH due AS (
    SELECT r.id
    FROM privacy_request AS r
    WHERE r.decided_at < $1
      AND NOT EXISTS (SELECT FROM held_customer AS h WHERE h.customer_id = r.customer_id)
    LIMIT $2
), gone AS (
    DELETE FROM privacy_request WHERE $3 AND id IN (SELECT id FROM due) RETURNING id, text_key_id
), gone_keys AS (
    DELETE FROM data_key WHERE id IN (SELECT text_key_id FROM gone)
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END,
       (SELECT string_agg(id::text, ',') FROM gone)
