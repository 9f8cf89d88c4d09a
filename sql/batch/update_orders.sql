UPDATE customer_order AS o
SET status = e.status, invoice_id = e.invoice_id, decision_id = e.decision_id, decisions_count = e.decisions_count
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[])
     AS e (id, status, invoice_id, decision_id, decisions_count)
WHERE o.id = e.id
