-- The service was taken on when the order was accepted; a credit note shows the day of the invoice that it takes back.
SELECT d.kind, d.number, d.issue_date, d.prepaid_minor, d.content_version,
       credited.number, credited.issue_date, coalesce(of_credited.made_at, of_document.made_at) AS supplied_at,
       o.id, o.number, o.customer_id, o.content_version, o.content_sealed, o.billing_key_id, k.wrapped,
       d.id, d.content_sealed
  FROM document d
  JOIN customer_order o ON o.id = d.order_id
  LEFT JOIN decision of_document ON of_document.id = d.decision_id
  LEFT JOIN document credited ON credited.id = d.credits_id
  LEFT JOIN decision of_credited ON of_credited.id = credited.decision_id
  LEFT JOIN data_key k ON k.id = o.billing_key_id
 WHERE d.id = $1
