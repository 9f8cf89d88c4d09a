-- Of the orders $1, which are locked: what their invoices show, the key that opens it, and the credit notes with lines of
-- their own.
SELECT o.id, o.content_version, o.content_sealed, k.wrapped, d.id, d.credits_id, d.content_sealed, d.prepaid_minor
FROM customer_order AS o
LEFT JOIN data_key AS k ON k.id = o.billing_key_id
LEFT JOIN document AS d ON d.order_id = o.id AND d.content_sealed IS NOT NULL
WHERE o.id = ANY ($1)
ORDER BY o.id, d.issued_at, d.id
