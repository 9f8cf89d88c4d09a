INSERT INTO service (sku, name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category,
                     vat_rate_basis_points, position, active)
SELECT sku, name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category, vat_rate_basis_points,
       position, true
  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
       WITH ORDINALITY AS listed (sku, name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category,
                                  vat_rate_basis_points, position)
    ON CONFLICT (sku) DO UPDATE
   SET (name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category, vat_rate_basis_points, position,
        active) =
       (excluded.name_nl, excluded.name_en, excluded.unit_price_minor, excluded.currency, excluded.price_includes_vat,
        excluded.vat_category, excluded.vat_rate_basis_points, excluded.position, true)
