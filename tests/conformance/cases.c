/*
 * The cases of the corpus; its amounts are those of domain/tax.h, as for every order, and sums.py holds them. Samples
 * only: no number here belongs to anybody, but each is one that its country could give out.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/domain/tax.h"

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

static const struct case_rate *rate_of(const struct corpus_case *corpus_case, const struct order_line *line)
{
    const struct case_rate *rate = corpus_case->rates;
    while (rate->basis_points != line->vat_rate_basis_points || strcmp(rate->category, line->vat_category) != 0)
        rate++;
    return rate;
}

void corpus_compute(struct invoice *invoice, struct order_line *lines, size_t lines_count,
                    const struct corpus_case *corpus_case, int64_t percent)
{
    struct vat_treatment treatments[ORDER_LINES_MAX] = {0};
    for (size_t i = 0; i < lines_count; i++) {
        const struct case_rate *rate = rate_of(corpus_case, &lines[i]);
        treatments[i] = (struct vat_treatment){.vat_rate_basis_points = rate->basis_points, .ground = rate->ground};
        memcpy(treatments[i].vat_category, lines[i].vat_category, sizeof(treatments[i].vat_category));
        if (rate->ground == VAT_GROUND_ONE_STOP_SHOP)
            snprintf(treatments[i].country, sizeof(treatments[i].country), "%s", invoice->buyer.address.country);
    }
    const struct order_discount discount = {.percent_basis_points = 100 * percent};
    struct error error = {.status = STATUS_OK};
    if (tax_compute_order(lines, lines_count, treatments, &discount, &invoice->totals, &error) != STATUS_OK ||
        (invoice->exchange.per_euro_millionths > 0 &&
         !tax_in_euros(&invoice->totals, invoice->currency, &invoice->exchange))) {
        fprintf(stderr, "make_corpus: %s: %s\n", error.field, error.detail);
        exit(1);
    }
    invoice->lines = lines;
    invoice->lines_count = lines_count;
}
