-- With their key, and by the foreign key their sessions. What they decided keeps an id that is nobody's any more.
WITH due AS (
    SELECT s.id FROM staff AS s WHERE s.ended_at < $1 LIMIT $2
), gone AS (
    DELETE FROM staff WHERE $3 AND ended_at < $1 AND id IN (SELECT id FROM due) RETURNING id, staff_key_id
), gone_keys AS (
    DELETE FROM data_key WHERE id IN (SELECT staff_key_id FROM gone)
)
SELECT CASE WHEN $3 THEN (SELECT count(*) FROM gone) ELSE (SELECT count(*) FROM due) END,
       (SELECT string_agg(id::text, ',') FROM gone)
