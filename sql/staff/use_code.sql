-- A code works once: of two log-ins with the same one, the second finds the step used.
UPDATE staff SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2 AND ended_at IS NULL
