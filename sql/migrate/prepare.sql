-- What has to stand before the first migration: the schema, and the list of what was applied.
CREATE SCHEMA IF NOT EXISTS akkoord;
REVOKE ALL ON SCHEMA akkoord FROM PUBLIC;
GRANT USAGE ON SCHEMA akkoord TO akkoord_server, akkoord_worker, akkoord_worker, akkoord_retention, akkoord_auditor;
CREATE TABLE IF NOT EXISTS akkoord.schema_migration (
    version integer PRIMARY KEY CHECK (version > 0),
    name text NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON akkoord.schema_migration TO akkoord_server, akkoord_retention, akkoord_auditor;
