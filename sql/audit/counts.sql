-- How much there is to verify: leaves, and rows as the planner knows them.
SELECT (SELECT count(*) FROM audit_leaf),
       (SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint
        FROM pg_class AS c
        WHERE c.relnamespace = 'akkoord'::regnamespace
          AND c.relname IN ('customer_order', 'payment', 'document', 'decision', 'review', 'history', 'event', 'customer'))
