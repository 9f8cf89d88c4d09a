-- $3: the reasons of each decision, joined by commas.
INSERT INTO decision (id, order_id, outcome, reasons, inputs, policy_name, policy_version, policy_hash, legal_basis,
                      made_by, staff_id, made_at, ordinal)
SELECT e.id, e.order_id, e.outcome, string_to_array(e.reasons, ','), e.inputs::jsonb, e.policy_name,
       CASE WHEN e.policy_name IS NOT NULL THEN $10 END, CASE WHEN e.policy_name IS NOT NULL THEN $11 END,
       CASE WHEN e.policy_name IS NOT NULL THEN $12 ELSE $13 END,
       CASE WHEN e.policy_name IS NOT NULL THEN 'policy' ELSE 'staff' END, e.staff_id, e.made_at, e.ordinal
FROM unnest($1::uuid[], $2::uuid[], $4::text[], $3::text[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[],
            $9::bigint[])
     AS e (id, order_id, outcome, reasons, inputs, policy_name, staff_id, made_at, ordinal)
