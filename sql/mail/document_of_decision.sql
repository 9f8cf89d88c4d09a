-- At most one document is issued by a decision.
SELECT id, number FROM document WHERE order_id = $1 AND decision_id = $2
