SELECT version, sha256 FROM akkoord.schema_migration ORDER BY version
