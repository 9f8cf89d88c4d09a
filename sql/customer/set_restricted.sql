-- $2: since when; null lifts it. A restriction that stands keeps its time.
UPDATE customer SET restricted_since = CASE WHEN $2::timestamptz IS NULL THEN NULL ELSE coalesce(restricted_since, $2) END
WHERE id = $1
