-- Only the one that was read: another request may have made a new one since.
DELETE FROM checkout_reservation WHERE customer_id = $1 AND purpose_sha256 = $2 AND attempt_id = $3
