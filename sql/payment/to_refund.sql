-- Money to send back that no job has been made for, of the providers $1; one that was given up is not begun again.
SELECT p.id
FROM payment AS p
WHERE p.status = 'refund_due' AND p.provider = ANY ($1::text[]) AND p.provider_payment_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM job AS j WHERE j.kind = 'refund_payment' AND j.key = p.id::text)
ORDER BY p.id
LIMIT $2
