INSERT INTO discount_code (code, percent_basis_points, amount_minor, currency, name_nl, name_en, until)
SELECT code, percent_basis_points, amount_minor, currency, name_nl, name_en, until
  FROM unnest($1, $2, $3, $4, $5, $6, $7)
       AS listed (code, percent_basis_points, amount_minor, currency, name_nl, name_en, until)
