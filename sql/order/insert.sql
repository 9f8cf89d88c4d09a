INSERT INTO customer_order (id, number, customer_id, status, currency, net_minor, vat_minor, total_minor, expires_at,
                            language, billing_key_id, content_version, content_sealed, created_at,
                            information_version, information_shown)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
