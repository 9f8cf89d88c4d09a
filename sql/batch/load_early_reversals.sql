-- A look-up for each id; OFFSET 0 keeps PostgreSQL from reading the table first and the ids second.
SELECT r.provider, r.provider_payment_id, r.refunded_minor, r.refunded_in_full, r.charged_back, r.refund_total_minor,
       r.refund_named_minor, r.refund_failed_minor, r.refund_full_minor
FROM unnest($1::text[], $2::text[]) AS e (provider, id),
     LATERAL (SELECT * FROM early_reversal AS f WHERE f.provider = e.provider AND f.provider_payment_id = e.id
              OFFSET 0) AS r
