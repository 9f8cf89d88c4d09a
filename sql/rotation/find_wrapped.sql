-- The wrapped key itself is asked too (its bytes 4 to 19, include/akkoord/vault/vault.h): a key is destroyed on this
-- answer, so no column alone is believed.
SELECT k.id
FROM unnest($1::uuid[]) AS k (id)
WHERE EXISTS (SELECT FROM data_key d WHERE d.kek_id = k.id OR substring(d.wrapped FROM 5 FOR 16) = uuid_send(k.id))
