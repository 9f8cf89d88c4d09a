-- Once a round, whoever is first.
UPDATE payment AS p
SET asked = e.asked + 1, ask_at = e.ask_at
FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS e (id, asked, ask_at)
WHERE p.id = e.id AND p.asked = e.asked
