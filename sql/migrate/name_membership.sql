-- Names the two roles for grant_membership.sql, which can take no parameters.
SELECT set_config('akkoord.grant_group', $1, true), set_config('akkoord.grant_login', $2, true)
