-- Of the profile and of what they asked; then of orders that no money ever came for and that nobody holds. What does not
-- fit ends with its term.
SELECT id
FROM (SELECT profile_key_id AS id, 1 AS rank FROM customer WHERE id = $1
      UNION
      SELECT text_key_id, 1 FROM privacy_request WHERE customer_id = $1 AND text_key_id IS NOT NULL
      UNION
      SELECT billing_key_id, 2 FROM retention_order WHERE customer_id = $1 AND is_unpaid AND NOT is_held) AS k
ORDER BY rank, id
LIMIT $2
