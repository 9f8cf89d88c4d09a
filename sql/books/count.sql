-- How many documents, and of how many customers, were issued from $1 to $2.
SELECT count(*) AS documents, count(DISTINCT o.customer_id) AS customers
  FROM document d
  JOIN customer_order o ON o.id = d.order_id
 WHERE d.issue_date BETWEEN $1 AND $2
