SELECT lock_orders($1)
