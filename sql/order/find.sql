-- $2: whose it must be; null: anybody's. The first columns are those of list.sql.
SELECT o.id, o.number, o.customer_id, o.status, o.language, o.currency, o.net_minor, o.vat_minor, o.total_minor,
       o.expires_at, o.created_at, o.decision_id,
       o.content_version, o.content_sealed, o.billing_key_id, k.wrapped,
       o.information_version, o.information_shown,
       c.outcome, c.checked_at, c.answer_sealed
  FROM customer_order o
  LEFT JOIN data_key k ON k.id = o.billing_key_id
  LEFT JOIN vat_number_check c ON c.order_id = o.id
 WHERE o.id = $1 AND ($2::uuid IS NULL OR o.customer_id = $2)
