SELECT id, order_id, kind, number, issue_date, total_minor, currency, prepaid_minor
  FROM document
 WHERE order_id = ANY ($1)
 ORDER BY order_id, issued_at, kind DESC, sequence
