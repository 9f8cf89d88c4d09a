-- Of every series: its counter, its last document, how many there are, and how many have a number that does not follow
-- from kind, year and sequence.
SELECT c.kind, c.year, c.last_number, coalesce(max(d.sequence), 0), count(d.id),
       count(d.id) FILTER (WHERE d.number <> CASE d.kind WHEN 'credit_note' THEN 'CN' ELSE '' END || d.year || '-'
                                             || lpad(d.sequence::text, greatest(6, length(d.sequence::text)), '0'))
FROM document_counter AS c
LEFT JOIN document AS d ON d.kind = c.kind AND d.year = c.year
GROUP BY c.kind, c.year, c.last_number
