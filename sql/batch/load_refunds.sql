-- The refunds that events name, read after the locks were had.
SELECT r.provider, r.refund_id, r.amount_minor, r.failed_at IS NOT NULL
FROM unnest($1::text[], $2::text[]) AS e (provider, id),
     LATERAL (SELECT * FROM refund AS f WHERE f.provider = e.provider AND f.refund_id = e.id OFFSET 0) AS r
