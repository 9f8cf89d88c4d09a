-- The last statement before the commit: advances the series $13 of the kind $1 and the year $2 by as many numbers as there
-- are documents and takes number and date ($3, today in Amsterdam, but never before the last one) together. The row of the
-- counter stays locked until the commit, so a rolled-back batch gives its numbers back and no gap can arise. A number begins
-- with $14 and has $15 digits or more after the year.
WITH counter AS (
    INSERT INTO document_counter AS c (series, kind, year, last_number, last_date)
    VALUES ($13, $1, $2, cardinality($5::uuid[]), $3)
    ON CONFLICT (series, kind, year) DO UPDATE
    SET last_number = c.last_number + EXCLUDED.last_number, last_date = greatest(c.last_date, EXCLUDED.last_date)
    RETURNING last_number, last_date
)
INSERT INTO document (id, kind, year, sequence, number, issue_date, order_id, decision_id, credits_id, total_minor,
                      currency, prepaid_minor, content_version, issued_at, series, content_sealed, takes_rest)
SELECT e.id, $1, $2, n.sequence,
       $14 || $2 || '-' || lpad(n.sequence::text, greatest($15::integer, length(n.sequence::text)), '0'),
       counter.last_date, e.order_id, e.decision_id, e.credits_id, e.total_minor, e.currency, e.prepaid_minor,
       e.content_version, $4, $13, e.content_sealed, e.takes_rest
FROM counter,
     unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[],
            $16::bytea[], $17::boolean[])
         WITH ORDINALITY AS e (id, order_id, decision_id, credits_id, total_minor, currency, prepaid_minor,
                               content_version, content_sealed, takes_rest, ordinal),
     LATERAL (SELECT counter.last_number - cardinality($5::uuid[]) + e.ordinal) AS n (sequence)
