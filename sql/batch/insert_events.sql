INSERT INTO event (id, provider, event_id, kind, payment_id, order_id, amount_minor, currency, live, occurred_at,
                   received_at, body_sha256, outcome, body_key_id, body_sealed)
SELECT e.id, e.provider, e.event_id, e.kind, e.payment_id, e.order_id, e.amount_minor, e.currency, e.live,
       e.occurred_at, $12, e.body_sha256, e.outcome, e.body_key_id, e.body_sealed
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::bigint[], $8::text[],
            $9::boolean[], $10::timestamptz[], $11::bytea[], $13::text[], $14::uuid[], $15::bytea[])
     AS e (id, provider, event_id, kind, payment_id, order_id, amount_minor, currency, live, occurred_at, body_sha256,
           outcome, body_key_id, body_sealed)
