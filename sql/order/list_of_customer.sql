-- $2, $3: a status and the last order seen; null: any, and from the start.
SELECT o.id, o.number, o.customer_id, o.status, o.language, o.currency, o.net_minor, o.vat_minor, o.total_minor,
       o.expires_at, o.created_at, o.decision_id
  FROM customer_order o
 WHERE o.customer_id = $1 AND ($2::text IS NULL OR o.status = $2) AND ($3::uuid IS NULL OR o.id < $3)
 ORDER BY o.id DESC
 LIMIT $4
