-- Null: staff drew it up.
SELECT decision_id FROM document WHERE id = $1
