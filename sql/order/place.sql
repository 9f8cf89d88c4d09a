-- The order and the data key of its content, in one statement: whether each was inserted. No key is, and then no order,
-- under a KEK that was retired; nor is an order of a customer who is not there. One who is isn't erased until this is
-- committed.
WITH key AS (
    INSERT INTO data_key (id, purpose, kek_id, wrapped, created_at, customer_id)
    SELECT $1, $2, $3, $4, $5, $6
    WHERE NOT EXISTS (SELECT FROM key_encryption_key WHERE id = $3 AND retired_at IS NOT NULL)
    RETURNING id
), placed AS (
    INSERT INTO customer_order (id, number, customer_id, status, currency, net_minor, vat_minor, total_minor, expires_at,
                                language, billing_key_id, content_version, content_sealed, created_at,
                                information_version, information_shown, is_one_stop_shop, audit_salt)
    SELECT $7, $8, $6, $9, $10, $11, $12, $13, $14, $15, key.id, $16, $17, $18, $19, $20, $21, $22
    FROM key, customer AS c
    WHERE c.id = $6
    FOR KEY SHARE OF c
    RETURNING id
)
SELECT EXISTS (SELECT FROM key), EXISTS (SELECT FROM placed)
