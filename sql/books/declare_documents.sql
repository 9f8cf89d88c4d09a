DECLARE books_documents NO SCROLL CURSOR FOR
SELECT d.id, d.order_id, d.kind = 'credit_note' AS is_credit_note, d.number, d.issue_date, d.total_minor, d.currency
  FROM document d
 WHERE d.issue_date BETWEEN $1 AND $2
 ORDER BY d.issue_date, d.kind DESC, d.year, d.sequence, d.number
