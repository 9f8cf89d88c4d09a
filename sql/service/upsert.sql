INSERT INTO service (sku, name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category,
                     vat_rate_basis_points, supply, discounts, position, active)
SELECT sku, name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category, vat_rate_basis_points,
       supply, discounts::jsonb, position, true
  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       WITH ORDINALITY AS listed (sku, name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category,
                                  vat_rate_basis_points, supply, discounts, position)
    ON CONFLICT (sku) DO UPDATE
   SET (name_nl, name_en, unit_price_minor, currency, price_includes_vat, vat_category, vat_rate_basis_points, supply,
        discounts, position, active) =
       (excluded.name_nl, excluded.name_en, excluded.unit_price_minor, excluded.currency, excluded.price_includes_vat,
        excluded.vat_category, excluded.vat_rate_basis_points, excluded.supply, excluded.discounts, excluded.position,
        true)
