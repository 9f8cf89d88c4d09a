SELECT name
FROM unnest(ARRAY['akkoord_server', 'akkoord_worker', 'akkoord_retention', 'akkoord_auditor']) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
ORDER BY name
