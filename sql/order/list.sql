-- $1, $2: a status and the last order seen; null: any, and from the start.
SELECT o.id, o.number, o.customer_id, o.status, o.language, o.currency, o.net_minor, o.vat_minor, o.total_minor,
       o.expires_at, o.created_at, o.decision_id
  FROM customer_order o
 WHERE ($1::text IS NULL OR o.status = $1) AND ($2::uuid IS NULL OR o.id < $2)
 ORDER BY o.id DESC
 LIMIT $3
