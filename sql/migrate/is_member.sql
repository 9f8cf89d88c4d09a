-- Whether $2 has the rights of group $1; no row when one of them is not there.
SELECT pg_has_role(login.oid, role.oid, 'USAGE')
FROM pg_roles AS role, pg_roles AS login
WHERE role.rolname = $1 AND login.rolname = $2
