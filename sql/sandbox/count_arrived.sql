SELECT count(*) FROM event_key WHERE provider = 'sandbox' AND event_id = ANY ($1)
