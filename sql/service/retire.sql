UPDATE service SET active = false WHERE active AND NOT sku = ANY ($1)
