-- Whose rows a customer's call may see, $1: an id as text, or '' for nobody's.
SELECT set_config('akkoord.customer_id', $1, false)
