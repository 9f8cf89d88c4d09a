DELETE FROM checkout_reservation WHERE customer_id = $1
