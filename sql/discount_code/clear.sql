DELETE FROM discount_code
