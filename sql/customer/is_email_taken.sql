-- Whether one of the indexes $1 of an address is somebody's other than $2.
SELECT is_email_taken($1, $2)
