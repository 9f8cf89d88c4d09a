-- Customers' calls look rows up by key, also where a policy looks up whose a row is. A plan that was made while a table was
-- new and small, and reads all of it, must not stay with a session for days; and planning anew costs more than it saves.
SELECT set_config('enable_seqscan', 'off', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('jit', 'off', false)
