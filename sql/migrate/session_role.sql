-- Who this session is: the server's version; a superuser?; may it act as the schema's owner?; may it take on the group
-- role $1?
SELECT current_setting('server_version_num')::integer,
       role.rolsuper,
       EXISTS (
           SELECT FROM pg_namespace
           WHERE nspname = 'akkoord' AND pg_has_role(role.oid, nspowner, 'MEMBER')
       ) OR EXISTS (
           SELECT FROM pg_database
           WHERE datname = current_database() AND pg_has_role(role.oid, datdba, 'MEMBER')
       ),
       EXISTS (
           SELECT FROM pg_roles AS wanted
           WHERE wanted.rolname = $1 AND pg_has_role(role.oid, wanted.oid, 'MEMBER')
       )
FROM pg_roles AS role
WHERE role.rolname = session_user
