-- Through the catalogue, which everybody may read: has the list of migrations been made?
SELECT EXISTS (
    SELECT
    FROM pg_class AS class
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE namespace.nspname = 'akkoord' AND class.relname = 'schema_migration'
)
