-- Money of the provider $1 to send back that no job of the kind $2 has been made for; one that was given up is not begun
-- again.
SELECT p.id
FROM payment AS p
WHERE p.status = 'refund_due' AND p.provider = $1 AND p.provider_payment_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM job AS j WHERE j.kind = $2 AND j.key = p.id::text)
ORDER BY p.id
LIMIT $3
