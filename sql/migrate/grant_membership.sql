DO $grant$
BEGIN
    EXECUTE format('GRANT %I TO %I', current_setting('akkoord.grant_group'), current_setting('akkoord.grant_login'));
END
$grant$
