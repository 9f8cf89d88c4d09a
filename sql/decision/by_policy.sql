-- A page of what the policy decided, in any version of it, for the replay.
SELECT id, order_id, ordinal, outcome, array_to_string(reasons, ','), made_by, staff_id, made_at,
       policy_name, policy_version, policy_hash, legal_basis, inputs
FROM decision
WHERE policy_name IS NOT NULL AND ($1::uuid IS NULL OR id > $1)
ORDER BY id
LIMIT $2
