-- Each worker looks for jobs of its own kinds: a backlog of one kind must not slow down the finding of another.
CREATE INDEX job_kind_due ON akkoord.job (kind, run_at) WHERE NOT dead;
DROP INDEX akkoord.job_due;
