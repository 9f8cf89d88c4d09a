-- Run at every start, so that a kill right after CREATE DATABASE leaves nothing open.
REVOKE ALL ON DATABASE akkoord, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE akkoord TO akkoord_server, akkoord_worker, akkoord_retention, akkoord_auditor;
