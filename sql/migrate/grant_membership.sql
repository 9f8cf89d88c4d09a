DO $grant$
BEGIN
    -- The lock of lock.sql: of two that grant the same at once one would fail on a duplicate.
    PERFORM pg_advisory_xact_lock(4707270823);
    EXECUTE format('GRANT %I TO %I', current_setting('akkoord.grant_group'), current_setting('akkoord.grant_login'));
END
$grant$
