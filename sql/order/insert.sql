-- Of a customer who is there, and is not erased until this is committed; and under a key that is there: data_key/insert.sql
-- before it inserts none under a KEK that was retired.
INSERT INTO customer_order (id, number, customer_id, status, currency, net_minor, vat_minor, total_minor, expires_at,
                            language, billing_key_id, content_version, content_sealed, created_at,
                            information_version, information_shown, is_one_stop_shop, audit_salt)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18
FROM customer AS c
WHERE c.id = $3 AND EXISTS (SELECT FROM data_key AS k WHERE k.id = $11)
FOR KEY SHARE OF c
