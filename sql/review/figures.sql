-- Reviews that were asked for ($1 to $2, the end not included) or decided in that time: all, by reason of the decision
-- that was looked at, and by version of the policy that made it. A decision with two reasons counts under both.
WITH looked AS (
    SELECT d.reasons, d.policy_name, d.policy_version, r.outcome, r.inputs_seen,
           r.requested_at >= $1 AND r.requested_at < $2 AS is_asked,
           COALESCE(r.decided_at >= $1 AND r.decided_at < $2, false) AS is_decided,
           r.decided_at > r.due_at AS is_late,
           extract(epoch FROM r.decided_at - r.requested_at)::bigint AS seconds
    FROM review AS r
    JOIN decision AS d ON d.id = r.decision_id
    WHERE (r.requested_at >= $1 AND r.requested_at < $2) OR (r.decided_at >= $1 AND r.decided_at < $2)
), grouped AS (
    SELECT 'all' AS kind, '' AS name, '' AS version, looked.* FROM looked
    UNION ALL
    SELECT 'reason', reason, '', looked.* FROM looked, unnest(reasons) AS reason
    UNION ALL
    SELECT 'policy', COALESCE(policy_name, ''), COALESCE(policy_version, ''), looked.* FROM looked
)
SELECT kind, name, version,
       count(*) FILTER (WHERE is_asked),
       count(*) FILTER (WHERE is_decided),
       count(*) FILTER (WHERE is_decided AND outcome = 'overturned'),
       count(*) FILTER (WHERE is_decided AND is_late),
       count(*) FILTER (WHERE is_decided AND inputs_seen IS NULL),
       COALESCE(percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE is_decided), -1)::bigint,
       COALESCE(percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE is_decided), -1)::bigint
FROM grouped
GROUP BY kind, name, version
ORDER BY kind, name, version
