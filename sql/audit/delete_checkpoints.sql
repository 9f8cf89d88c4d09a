-- Of what has reached its term the last one stays, and with it one a month.
DELETE FROM audit_checkpoint
WHERE size > $1 AND size < (SELECT max(size) FROM audit_checkpoint WHERE size <= $2)
