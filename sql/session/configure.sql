-- Every session begins with this. $1: statement timeout, $2: lock timeout, both in milliseconds as text; $3: the role
-- that the session takes on (SET ROLE), or none.
SELECT set_config('statement_timeout', $1, false),
       set_config('lock_timeout', $2, false),
       set_config('idle_in_transaction_session_timeout', '60000', false),
       set_config('synchronous_commit', 'on', false),
       set_config('search_path', 'akkoord, pg_temp', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('role', $3, false)
