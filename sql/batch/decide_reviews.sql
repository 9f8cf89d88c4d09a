UPDATE review AS r
SET state = 'decided', stage = 'decided', outcome = e.outcome, reasons_sealed = e.reasons_sealed, decided_at = $5,
    decided_by = e.staff_id, confirmed_by = e.confirmed_by, proposed_outcome = NULL, proposed_reasons_sealed = NULL,
    proposed_by = NULL, proposed_at = NULL,
    inputs_seen = (SELECT o.how FROM review_opening AS o WHERE o.review_id = e.id AND o.staff_id = e.staff_id)
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[], $6::uuid[])
     AS e (id, outcome, reasons_sealed, staff_id, confirmed_by)
WHERE r.id = e.id
