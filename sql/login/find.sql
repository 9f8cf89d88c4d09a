-- $2 is the server's time, which tests may shift; the role is the one held now.
SELECT s.customer_id, c.language, s.staff_id, t.role, s.expires_at
  FROM session s
  LEFT JOIN customer c ON c.id = s.customer_id
  LEFT JOIN staff t ON t.id = s.staff_id
 WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND t.ended_at IS NULL
