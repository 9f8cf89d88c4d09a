SELECT nextval('order_number')
