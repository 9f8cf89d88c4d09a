DELETE FROM checkout_reservation WHERE customer_id = ANY ($1::uuid[])
