-- Of every series, kind and year: its counter, its last document, how many there are, and how many have a number that does
-- not follow from a prefix of the series, the year and the sequence.
SELECT concat_ws(' ', nullif(c.series, ''), c.kind), c.year, c.last_number, coalesce(max(d.sequence), 0), count(d.id),
       count(d.id) FILTER (WHERE NOT EXISTS (
           SELECT
           FROM document_prefix AS p, LATERAL (SELECT p.prefix || d.year || '-' AS text) AS front
           WHERE p.series = d.series AND p.kind = d.kind AND starts_with(d.number, front.text)
             AND substr(d.number, length(front.text) + 1) ~ '^[0-9]{6,18}$'
             AND substr(d.number, length(front.text) + 1) = lpad(d.sequence::text, length(d.number) - length(front.text), '0')))
FROM document_counter AS c
LEFT JOIN document AS d ON d.series = c.series AND d.kind = c.kind AND d.year = c.year
GROUP BY c.series, c.kind, c.year, c.last_number
