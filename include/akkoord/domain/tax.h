#pragma once
/*
 * What an order costs: net, VAT and total of its lines. Pure; any thread.
 *
 * VAT is computed once per rate over all lines of that rate and rounded half up (EN 16931, BR-CO-17), never per line,
 * so that ten lines of 0.05 do not gain or lose a cent each. A price is either net (VAT comes on top) or includes VAT
 * (VAT is taken out of it, and what the customer pays is exactly the price shown: 99.99 stays 99.99).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

#define ORDER_LINES_MAX           200
#define ORDER_QUANTITY_MAX        1000000
#define VAT_RATE_BASIS_POINTS_MAX 10000
/* The largest integer that every JSON reader takes in exactly, 2^53 - 1 (RFC 7493 section 2.2): no unit price, line or
 * total is larger. */
#define ORDER_AMOUNT_MINOR_MAX INT64_C(9007199254740991)

/*
 * Fills net_minor of each line and the totals. Subtotals stand in the order in which the lines first name their rate
 * (category and percentage together). The nets of the lines always sum to the nets of the subtotals, and these to
 * totals->net_minor; where prices include VAT, the net of a rate is shared out over its lines by largest remainder, the
 * earlier line first among equals.
 *
 * STATUS_INVALID, with the field as in the API ("lines[2].quantity") and nothing changed:
 *   "required"           no lines
 *   "length"             more than ORDER_LINES_MAX lines
 *   "range"              a quantity outside 1..ORDER_QUANTITY_MAX, a negative price, a rate outside
 *                        0..VAT_RATE_BASIS_POINTS_MAX
 *   "vat_category"       not S, Z, E, AE, K or G (UNCL5305 as EN 16931 uses it); or S without a percentage, or
 *                        another category with one (BR-S-05, BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05)
 *   "too_many_vat_rates" more than VAT_SUBTOTALS_MAX
 *   "mixed_price_basis"  net prices beside prices that include VAT under one rate: no rounding would be right for both
 *   "amount_too_large"   something would pass ORDER_AMOUNT_MINOR_MAX
 */
enum status tax_compute_totals(struct order_line *lines, size_t count, struct totals *totals,
                               struct error *error) AKKOORD_MUST_CHECK;

/* One unit's price with and without VAT, for price lists: rounded half up on its own, so a sum of these is not an
 * order's total. The price is in the basis that price_includes_vat says; a price in the basis asked for is given back
 * as it is. False, leaving the result alone, for a price outside 0..ORDER_AMOUNT_MINOR_MAX, a rate outside
 * 0..VAT_RATE_BASIS_POINTS_MAX, or a result that is too large. */
bool tax_gross_unit_price(int64_t unit_price_minor, bool price_includes_vat, int64_t vat_rate_basis_points,
                          int64_t *gross_minor) AKKOORD_MUST_CHECK;
bool tax_net_unit_price(int64_t unit_price_minor, bool price_includes_vat, int64_t vat_rate_basis_points,
                        int64_t *net_minor) AKKOORD_MUST_CHECK;
