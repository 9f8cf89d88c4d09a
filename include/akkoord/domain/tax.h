#pragma once
/*
 * What an order costs: net, VAT and total of its lines. Pure; any thread.
 *
 * VAT is computed once per rate over all lines of that rate and rounded half up (EN 16931, BR-CO-17), never per line,
 * so that ten lines of 0.05 do not gain or lose a cent each. A price is either net (VAT comes on top) or includes VAT
 * (VAT is taken out of it, and what the customer pays is exactly the price shown: 99.99 stays 99.99). Where one rate
 * has prices of both kinds, VAT is that of their net together, as for net prices: then what is paid may be a cent
 * beside the prices that include it, as no rounding would be right for both.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/domain/tax_place.h"

#define ORDER_LINES_MAX           200
#define ORDER_QUANTITY_MAX        1000000
#define VAT_RATE_BASIS_POINTS_MAX 10000
/* The largest integer that every JSON reader takes in exactly, 2^53 - 1 (RFC 7493 section 2.2): no unit price, line or
 * total is larger. */
#define ORDER_AMOUNT_MINOR_MAX INT64_C(9007199254740991)

/* A discount on the whole order: a share of it, or an amount in the basis of its prices; both 0: none. */
struct order_discount {
    int64_t percent_basis_points; /* 1000 = 10.00%, at most 100% */
    int64_t amount_minor;         /* more than the order's prices is as much as they are */
};

/* The discount of `percent_basis_points` on an amount, rounded half up. */
int64_t tax_discount(int64_t amount_minor, int64_t percent_basis_points);

/*
 * Fills net_minor and discount_net_minor of each line, from quantity, unit price and discount_minor, and the totals.
 * Subtotals stand in the order in which the lines first name their rate (category and percentage together). The nets of
 * the lines always sum to lines_net_minor, and this less discount_net_minor is net_minor, of the totals and (through
 * the subtotals' own shares) of each subtotal.
 *
 * Net prices of a rate, and those that include VAT, are two parts of it. The net of a part whose prices include VAT is
 * what they add up to less the VAT within, rounded half up, and is shared out over its lines by largest remainder, the
 * earlier line first among equals; a line's discount_net_minor is its undiscounted net, rounded half up, less its net.
 * The net of a rate is that of its parts together. Its VAT is round_half_up(net * rate), or the VAT within where no
 * line of the rate has a net price.
 *
 * The order's discount is a part of what the prices add up to (each in its own basis, after the lines' discounts),
 * rounded half up once, and shared over the parts in proportion to their prices, by largest remainder, the part that
 * the lines name earlier first among equals. So a price that includes VAT goes down by its share to the cent; VAT is
 * computed on what is left.
 *
 * `treatments` is one a line, for its ground and country (the rest of it stands on the line); NULL: every line is as at
 * home. `discount` may be NULL.
 *
 * STATUS_INVALID, with the field as in the API ("lines[2].quantity") and nothing changed:
 *   "required"           no lines
 *   "length"             more than ORDER_LINES_MAX lines
 *   "range"              a quantity outside 1..ORDER_QUANTITY_MAX, a negative price, a rate outside
 *                        0..VAT_RATE_BASIS_POINTS_MAX, a discount below 0 or above what it is taken off
 *   "vat_category"       not S, Z, E, AE, K or G (UNCL5305 as EN 16931 uses it); or S without a percentage, or
 *                        another category with one (BR-S-05, BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05)
 *   "too_many_vat_rates" more than VAT_SUBTOTALS_MAX
 *   "mixed_vat_grounds"  one rate for two reasons, or of two countries: an invoice can tell only one a rate (BR-S-08,
 *                        BR-E-01, ...), and neither state's VAT may be hidden in the other's. Goods and services that
 *                        leave the Union together are told as export, which has to be told
 *   "amount_too_large"   something would pass ORDER_AMOUNT_MINOR_MAX
 */
enum status tax_compute_order(struct order_line *lines, size_t count, const struct vat_treatment *treatments,
                              const struct order_discount *discount, struct totals *totals,
                              struct error *error) AKKOORD_MUST_CHECK;
/* The same at home and without a discount on the whole. */
enum status tax_compute_totals(struct order_line *lines, size_t count, struct totals *totals,
                               struct error *error) AKKOORD_MUST_CHECK;

/* Whether some of it is declared through the one-stop shop, which is to be kept for longer. */
bool tax_is_one_stop_shop(const struct totals *totals);
/* Whether some of it bears no VAT because the buyer gave a VAT number: a reverse charge, at home too, or an
 * intra-community supply. A number that does not change the tax is nobody's business to check. */
bool tax_rests_on_vat_number(const struct totals *totals);

/* What a document in a foreign currency says in euros: fills vat_euro_minor and total_euro_minor from the rate that
 * stands there, each rounded half up by itself. False when something is too large. */
bool tax_in_euros(const struct totals *totals, const char *currency, struct exchange *exchange) AKKOORD_MUST_CHECK;

/* One unit's price with and without VAT, for price lists: rounded half up on its own, so a sum of these is not an
 * order's total. The price is in the basis that price_includes_vat says; a price in the basis asked for is given back
 * as it is. False, leaving the result alone, for a price outside 0..ORDER_AMOUNT_MINOR_MAX, a rate outside
 * 0..VAT_RATE_BASIS_POINTS_MAX, or a result that is too large. */
bool tax_gross_unit_price(int64_t unit_price_minor, bool price_includes_vat, int64_t vat_rate_basis_points,
                          int64_t *gross_minor) AKKOORD_MUST_CHECK;
bool tax_net_unit_price(int64_t unit_price_minor, bool price_includes_vat, int64_t vat_rate_basis_points,
                        int64_t *net_minor) AKKOORD_MUST_CHECK;
