-- When the last one began that came to its end; one that a wrong clock dates later than $1 puts off nothing.
SELECT started_at FROM retention_run WHERE outcome = 'done' AND started_at <= $1 ORDER BY started_at DESC LIMIT 1
