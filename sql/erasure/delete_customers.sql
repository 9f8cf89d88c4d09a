-- Sessions go with them.
DELETE FROM customer WHERE id = ANY ($1::uuid[])
RETURNING id
