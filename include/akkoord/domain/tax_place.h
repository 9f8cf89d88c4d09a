#pragma once
/*
 * Which VAT applies to a line: from the seller, the buyer, what is supplied, the price list and the day. Pure; any
 * thread. References are to Directive 2006/112/EC ("art.") and the Dutch Wet op de omzetbelasting 1968 ("Wet OB").
 *
 *     buyer                            electronic service     other service         goods
 *
 *     at home                          as listed              as listed             as listed
 *     in another member state
 *       with its VAT number            AE (art. 44, 196)      AE (art. 44, 196)     K (art. 138)
 *       without, one-stop shop         S of that state (58)   as listed (45)        S of that state (33)
 *       without, no one-stop shop      as listed (59c)        as listed (45)        as listed (59c)
 *     outside the Union
 *       a business                     G (44)                 G (44)                G, export (146)
 *       a consumer                     G (58)                 as listed (45)        G, export (146)
 *
 * - "As listed" is the category and rate of the price list, whatever Dutch rates are: S, Z, E, or AE (domestic reverse
 *   charge, Wet OB art. 12(5)), which needs the buyer's VAT number.
 * - What is listed as E (exempt) stays so for buyers in the Union: these exemptions are harmonised (art. 132, 135).
 * - A small business (KOR, Wet OB art. 25) charges no VAT on what would be Dutch VAT, K or export: E. Where the place
 *   is another state's it changes nothing: AE, G outside scope and the one-stop shop stay.
 * - A VAT number makes a business of a buyer in the Union; outside it, a company's name or any VAT number does.
 * - The rate under the one-stop shop is the standard rate of the buyer's state, also where the Dutch one is reduced:
 *   which reduced rates other states have for the same thing is not known here.
 * - Northern Ireland is the Union for goods: a buyer in GB with a number of XI gets K.
 * - A seller outside the Union sells as listed.
 *
 * Where the tax depends on a VAT number, that has to be valid (vat_number.h) and of the state of the buyer's address;
 * where it does not, it is not looked at.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

enum supply {
    SUPPLY_ELECTRONIC, /* services by electronic means: Directive art. 58, Regulation (EU) 282/2011 art. 7 */
    SUPPLY_SERVICE,
    SUPPLY_GOODS,
};

/* "electronic", "service" and "goods", in the price list and in the database. */
const char *supply_name(enum supply supply);
enum status supply_parse(const char *text, enum supply *supply) AKKOORD_MUST_CHECK;

/* A service as the price list has it. */
struct listed_vat {
    char vat_category[4];
    int64_t vat_rate_basis_points;
    enum supply supply;
};

struct vat_treatment {
    char vat_category[4];
    int64_t vat_rate_basis_points;
    enum vat_ground ground;
    char country[COUNTRY_BYTES]; /* whose VAT it is; empty: the seller's */
};

/*
 * What applies to line `index` of an order. STATUS_INVALID, with the field as in the API and the rule of EN 16931 in
 * the detail:
 *   "vat_number_required"  billing.vat_number: listed as AE or K, and the buyer has none (BR-AE-02, BR-IC-02)
 *   "vat_number_wrong"     billing.vat_number: the tax depends on it and its check digits are wrong
 *   "vat_number_country"   billing.vat_number: the tax depends on it and it is of another state than the address
 *   "vat_category"         lines[i].sku: K or G to a buyer where that can't be
 */
enum status tax_place(const struct seller *seller, const struct buyer *buyer, const struct listed_vat *listed,
                      int64_t supply_day, size_t index, struct vat_treatment *treatment,
                      struct error *error) AKKOORD_MUST_CHECK;

/*
 * Gives a line that stands there as listed (category, rate, price and its basis) its treatment. What a customer pays
 * for a price that includes VAT stays the same under any rate above 0, and for a small business. For AE, K and G the
 * price becomes the one without the VAT that the list has in it, rounded half up a unit (quantity times unit price has
 * to be the line's net). A rate of 0 leaves a net price.
 */
void tax_apply_treatment(const struct vat_treatment *treatment, struct order_line *line);

/* Of a line of which nothing but its category is known: as if it was treated for a buyer at home. */
enum vat_ground vat_ground_of_category(const char *vat_category);

/* One word: "none", "exempt", "reverse_charge", ...: in the API, in sealed contents and in files. */
const char *vat_ground_name(enum vat_ground ground);
enum status vat_ground_parse(const char *text, enum vat_ground *ground) AKKOORD_MUST_CHECK;
