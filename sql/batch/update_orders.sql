UPDATE customer_order AS o
SET status = e.status, invoice_id = e.invoice_id, decision_id = e.decision_id, decisions_count = e.decisions_count,
    payment_id = e.payment_id, credited_minor = e.credited_minor
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::uuid[], $7::bigint[])
     AS e (id, status, invoice_id, decision_id, decisions_count, payment_id, credited_minor)
WHERE o.id = e.id
