-- Ends the sessions too. No row: nobody who still works here.
WITH ended AS (
    UPDATE staff SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id
), gone AS (
    DELETE FROM session WHERE staff_id IN (SELECT id FROM ended)
)
SELECT id FROM ended
