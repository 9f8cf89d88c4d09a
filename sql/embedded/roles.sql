-- The roles of the embedded cluster, each made if missing. There are no passwords: peer authentication lets in the
-- operating-system user who owns the cluster, and nobody else.
DO $roles$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['akkoord_server', 'akkoord_worker', 'akkoord_retention', 'akkoord_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name || '_login') THEN
            EXECUTE format('CREATE ROLE %I LOGIN IN ROLE %I', name || '_login', name);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'akkoord_owner') THEN
        CREATE ROLE akkoord_owner LOGIN;
    END IF;
END
$roles$
