-- All null: what was proposed is withdrawn.
UPDATE review SET proposed_outcome = $2, proposed_reasons_sealed = $3, proposed_by = $4, proposed_at = $5 WHERE id = $1
