-- Keeps the outcome from being given while a statement is added.
SELECT id, stage, proposed_at IS NOT NULL FROM review WHERE decision_id = $1 AND look = $2 FOR NO KEY UPDATE
