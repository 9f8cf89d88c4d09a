SELECT percent_basis_points, amount_minor, currency, name_nl, name_en, until
  FROM discount_code
 WHERE code = $1
