-- Every statement of a batch looks a few hundred rows up by their keys. Planned while the tables are small, or before
-- they were first analysed, PostgreSQL would prefer to read them whole, and keep to that plan for minutes.
SELECT set_config('enable_seqscan', 'off', false),
       set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('jit', 'off', false)
