SELECT sku, name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category, vat_rate_basis_points,
       supply, discounts::text
  FROM service
 WHERE active
 ORDER BY position
