-- Who this session is: the server's version; a superuser?; may it act as the schema's owner?; has it the rights of
-- akkoord_server?
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
           SELECT FROM pg_roles AS server
           WHERE server.rolname = 'akkoord_server' AND pg_has_role(role.oid, server.oid, 'USAGE')
       )
FROM pg_roles AS role
WHERE role.rolname = current_user
