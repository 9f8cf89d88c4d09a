-- A page of what one version of the policy decided, for its replay.
SELECT id, order_id, ordinal, outcome, array_to_string(reasons, ','), made_by, staff_id, made_at,
       policy_name, policy_version, policy_hash, legal_basis, inputs
FROM decision
WHERE policy_name = $1 AND policy_version = $2 AND ($3::uuid IS NULL OR id > $3)
ORDER BY id
LIMIT $4
