SELECT decision_id FROM document WHERE id = $1
