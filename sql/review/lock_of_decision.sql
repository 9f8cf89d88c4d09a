-- Keeps the outcome from being given while a statement is added.
SELECT id, state FROM review WHERE decision_id = $1 FOR NO KEY UPDATE
