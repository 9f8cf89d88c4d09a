SELECT id, order_id, ordinal, outcome, array_to_string(reasons, ','), made_by, staff_id, made_at,
       policy_name, policy_version, policy_hash, legal_basis, inputs
FROM decision
WHERE id = ANY ($1)
