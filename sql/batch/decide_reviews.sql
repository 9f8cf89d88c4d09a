UPDATE review AS r
SET state = 'decided', outcome = e.outcome, reasons_sealed = e.reasons_sealed, decided_at = $5, decided_by = e.staff_id
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[]) AS e (id, outcome, reasons_sealed, staff_id)
WHERE r.id = e.id
