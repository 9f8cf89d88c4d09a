-- For this transaction: whoever comes after a lock that is waited for waits too, so that may not last.
SELECT set_config('lock_timeout', '500', true)
