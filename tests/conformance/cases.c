/*
 * The cases of the corpus, and its arithmetic: written apart from domain/tax.c, so that a document is not held against
 * the code that made it. Samples only: no number here belongs to anybody, but each is one that its country could give
 * out.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/base/money.h"

#define BASIS_POINTS_OF_ONE INT64_C(10000)
#define MILLIONTHS          INT64_C(1000000)

#define DUTCH_RATES                                                                                                    \
    {                                                                                                                  \
        {"S", 2100, VAT_GROUND_NONE}, {"S", 900, VAT_GROUND_NONE}, {"Z", 0, VAT_GROUND_NONE},                          \
    }
#define REVERSE_CHARGED                                                                                                \
    {                                                                                                                  \
        {                                                                                                              \
            "AE", 0, VAT_GROUND_REVERSE_CHARGE                                                                         \
        }                                                                                                              \
    }
#define DOMESTIC                                                                                                       \
    {                                                                                                                  \
        {"AE", 0, VAT_GROUND_DOMESTIC_REVERSE_CHARGE},                                                                 \
        {                                                                                                              \
            "S", 2100, VAT_GROUND_NONE                                                                                 \
        }                                                                                                              \
    }
#define TO_THE_UNION                                                                                                   \
    {                                                                                                                  \
        {                                                                                                              \
            "K", 0, VAT_GROUND_INTRA_COMMUNITY                                                                         \
        }                                                                                                              \
    }
#define EXPORTED                                                                                                       \
    {                                                                                                                  \
        {                                                                                                              \
            "G", 0, VAT_GROUND_EXPORT                                                                                  \
        }                                                                                                              \
    }
#define OUTSIDE                                                                                                        \
    {                                                                                                                  \
        {                                                                                                              \
            "G", 0, VAT_GROUND_OUTSIDE_UNION                                                                           \
        }                                                                                                              \
    }

#define PERSON "Sample Customer"
#define UTRECHT                                                                                                        \
    {                                                                                                                  \
        "Voorbeeldlaan 12", "1234 AB", "Utrecht", "NL"                                                                 \
    }
#define CITY(of)                                                                                                       \
    {                                                                                                                  \
        "Example Street 7", "10000", "Sample City", of                                                                 \
    }

#define COMPANY_IN(country_code, number)                                                                               \
    {                                                                                                                  \
        .name = PERSON, .company = "Example Company " country_code, .address = CITY(country_code),                     \
        .vat_number = (number)                                                                                         \
    }

const struct corpus_case corpus_cases[] = {
    {"consumer", {.name = PERSON, .address = UTRECHT}, DUTCH_RATES},
    {"business",
     {.name = PERSON,
      .company = "Example Company B.V.",
      .address = UTRECHT,
      .vat_number = "NL009999999B99",
      .kvk_number = "87654321"},
     DUTCH_RATES},
    {"business-without-name",
     {.company = "Example V.O.F.", .address = UTRECHT, .kvk_number = "8765 4321"},
     DUTCH_RATES},
    {"business-without-kvk",
     {.name = PERSON, .company = "Example Company B.V.", .address = UTRECHT, .vat_number = "NL009999999B99"},
     DUTCH_RATES},
    {"business-without-address",
     {.name = PERSON, .company = "Example Company B.V.", .address = {.country = "NL"}, .kvk_number = "87654321"},
     DUTCH_RATES},
    {"authority",
     {.name = PERSON, .company = "Voorbeeldgemeente", .address = UTRECHT, .oin = "00000001234567890000"},
     DUTCH_RATES},
    {"exempt", {.name = PERSON, .address = UTRECHT}, {{"E", 0, VAT_GROUND_EXEMPT}, {"S", 2100, VAT_GROUND_NONE}}},
    {"exempt-business",
     {.name = PERSON, .company = "Example School", .address = UTRECHT, .kvk_number = "87654321"},
     {{"E", 0, VAT_GROUND_EXEMPT}}},
    {"small-business", {.name = PERSON, .address = UTRECHT}, {{"E", 0, VAT_GROUND_SMALL_BUSINESS}}},
    {"small-business-to-business",
     {.name = PERSON, .company = "Example Company B.V.", .address = UTRECHT, .kvk_number = "87654321"},
     {{"E", 0, VAT_GROUND_SMALL_BUSINESS}}},
    {"domestic-reverse-charge",
     {.name = PERSON,
      .company = "Example Builders B.V.",
      .address = UTRECHT,
      .vat_number = "NL009999999B99",
      .kvk_number = "87654321"},
     DOMESTIC},
    {"service-at", COMPANY_IN("AT", "ATU12345675"), REVERSE_CHARGED},
    {"service-be", COMPANY_IN("BE", "BE0123456749"), REVERSE_CHARGED},
    {"service-de", COMPANY_IN("DE", "DE 136 695 976"), REVERSE_CHARGED},
    {"service-dk", COMPANY_IN("DK", "DK13585628"), REVERSE_CHARGED},
    {"service-es", COMPANY_IN("ES", "ESX1234567L"), REVERSE_CHARGED},
    {"service-fi", COMPANY_IN("FI", "FI01234561"), REVERSE_CHARGED},
    {"service-fr", COMPANY_IN("FR", "FR83404833048"), REVERSE_CHARGED},
    {"service-gr", COMPANY_IN("GR", "EL094259216"), REVERSE_CHARGED},
    {"service-it", COMPANY_IN("IT", "IT00000010215"), REVERSE_CHARGED},
    {"service-pl", COMPANY_IN("PL", "PL1234567883"), REVERSE_CHARGED},
    {"service-se", COMPANY_IN("SE", "SE123456789701"), REVERSE_CHARGED},
    {"goods-de", COMPANY_IN("DE", "DE136695976"), TO_THE_UNION},
    {"goods-be", COMPANY_IN("BE", "BE0123456749"), TO_THE_UNION},
    {"goods-northern-ireland", COMPANY_IN("GB", "XI110305878"), TO_THE_UNION},
    {"export-us", {.name = PERSON, .address = CITY("US")}, EXPORTED},
    {"export-ch", COMPANY_IN("CH", "CHE-116.281.710 MWST"), EXPORTED},
    {"export-gb", COMPANY_IN("GB", "GB110305878"), EXPORTED},
    {"service-outside-union", {.name = PERSON, .company = "Example Inc.", .address = CITY("US")}, OUTSIDE},
    {"one-stop-shop-de",
     {.name = PERSON, .address = CITY("DE")},
     {{"S", 1900, VAT_GROUND_ONE_STOP_SHOP}, {"S", 700, VAT_GROUND_ONE_STOP_SHOP}}},
    {"one-stop-shop-fr",
     {.name = PERSON, .address = CITY("FR")},
     {{"S", 2000, VAT_GROUND_ONE_STOP_SHOP}, {"S", 550, VAT_GROUND_ONE_STOP_SHOP}}},
    {"one-stop-shop-fi", {.name = PERSON, .address = CITY("FI")}, {{"S", 2550, VAT_GROUND_ONE_STOP_SHOP}}},
};
const int corpus_cases_count = (int)(sizeof(corpus_cases) / sizeof(corpus_cases[0]));

const struct case_currency corpus_currencies[] = {
    {"EUR", 0}, {"USD", 1083400}, {"GBP", 856250}, {"SEK", 11423500}, {"JPY", 163120000},
};
const int corpus_currencies_count = (int)(sizeof(corpus_currencies) / sizeof(corpus_currencies[0]));

/* ---- arithmetic ---- */

static int64_t rounded(int64_t amount_minor, int64_t numerator, int64_t denominator)
{
    int64_t result_minor;
    if (!money_multiply_ratio(amount_minor, numerator, denominator, &result_minor)) {
        fprintf(stderr, "make_corpus: an amount is too large\n");
        exit(1);
    }
    return result_minor;
}

/* What is left of a price with VAT. */
static int64_t net_of(int64_t gross_minor, int64_t rate_basis_points)
{
    return gross_minor - rounded(gross_minor, rate_basis_points, BASIS_POINTS_OF_ONE + rate_basis_points);
}

static bool is_of(const struct order_line *line, const struct case_rate *rate)
{
    return line->vat_rate_basis_points == rate->basis_points && strcmp(line->vat_category, rate->category) == 0;
}

/* Nets of the lines of a rate; returns what they are priced together, after their discounts. The net of a sum of prices
 * with VAT is shared out by what each line adds to it. */
static int64_t compute_lines(struct order_line *lines, size_t count, const struct case_rate *rate, bool *found)
{
    int64_t priced_minor = 0;
    for (size_t i = 0; i < count; i++) {
        struct order_line *line = &lines[i];
        if (!is_of(line, rate))
            continue;
        *found = true;
        int64_t before_minor = line->unit_price_minor * line->quantity;
        int64_t after_minor = before_minor - line->discount_minor;
        if (line->price_includes_vat) {
            line->net_minor =
                net_of(priced_minor + after_minor, rate->basis_points) - net_of(priced_minor, rate->basis_points);
            int64_t discount_minor = net_of(before_minor, rate->basis_points) - line->net_minor;
            line->discount_net_minor = line->discount_minor > 0 && discount_minor > 0 ? discount_minor : 0;
        } else {
            line->net_minor = after_minor;
            line->discount_net_minor = line->discount_minor;
        }
        priced_minor += after_minor;
    }
    return priced_minor;
}

static void add_rate(struct totals *totals, struct order_line *lines, size_t count, const struct case_rate *rate,
                     const char *country, int64_t percent)
{
    bool found = false;
    int64_t priced_minor = compute_lines(lines, count, rate, &found);
    if (!found)
        return;
    int64_t left_minor = priced_minor - rounded(priced_minor, percent, 100);
    bool gross = lines[0].price_includes_vat;
    struct vat_subtotal *subtotal = &totals->subtotals[totals->subtotals_count++];
    *subtotal = (struct vat_subtotal){.vat_rate_basis_points = rate->basis_points, .ground = rate->ground};
    snprintf(subtotal->vat_category, sizeof(subtotal->vat_category), "%s", rate->category);
    if (rate->ground == VAT_GROUND_ONE_STOP_SHOP)
        snprintf(subtotal->country, sizeof(subtotal->country), "%s", country);
    int64_t lines_net_minor = gross ? net_of(priced_minor, rate->basis_points) : priced_minor;
    subtotal->net_minor = gross ? net_of(left_minor, rate->basis_points) : left_minor;
    subtotal->vat_minor =
        gross ? left_minor - subtotal->net_minor : rounded(left_minor, rate->basis_points, BASIS_POINTS_OF_ONE);
    subtotal->discount_net_minor = lines_net_minor - subtotal->net_minor;
    totals->lines_net_minor += lines_net_minor;
    totals->discount_net_minor += subtotal->discount_net_minor;
    totals->net_minor += subtotal->net_minor;
    totals->vat_minor += subtotal->vat_minor;
}

static int64_t in_euros(const struct invoice *invoice, int64_t amount_minor)
{
    int64_t cents = currency_decimals(invoice->currency) == 0 ? amount_minor * 100 : amount_minor;
    return rounded(cents, MILLIONTHS, invoice->exchange.per_euro_millionths);
}

void corpus_compute(struct invoice *invoice, struct order_line *lines, size_t lines_count,
                    const struct corpus_case *corpus_case, int64_t percent)
{
    struct totals totals = {0};
    for (size_t i = 0; i < CASE_RATES_MAX && corpus_case->rates[i].category != NULL; i++)
        add_rate(&totals, lines, lines_count, &corpus_case->rates[i], invoice->buyer.address.country, percent);
    totals.total_minor = totals.net_minor + totals.vat_minor;
    invoice->lines = lines;
    invoice->lines_count = lines_count;
    invoice->totals = totals;
    if (invoice->exchange.per_euro_millionths == 0)
        return;
    invoice->exchange.vat_euro_minor = in_euros(invoice, totals.vat_minor);
    invoice->exchange.total_euro_minor = in_euros(invoice, totals.total_minor);
}
