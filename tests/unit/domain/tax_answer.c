/*
 * What the tax rules say, for oracles of another make: a question a line on stdin, an answer a line on stdout. A dash
 * is an absent text.
 *
 *   totals PERCENT AMOUNT COUNT (QUANTITY PRICE INCLUDES_VAT CATEGORY RATE DISCOUNT)...
 *     -> lines_net discount_net net vat total | category rate net vat discount_net | ... | net,discount_net ...
 *   place SELLER_COUNTRY SMALL_BUSINESS ONE_STOP_SHOP COUNTRY COMPANY VAT_NUMBER CATEGORY RATE SUPPLY DAY
 *     -> category rate ground country
 *   vat NUMBER -> 1 or 0
 *   euros VAT TOTAL CURRENCY MILLIONTHS -> vat total
 *
 * What is refused is answered with "! code field".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/domain/tax.h"
#include "akkoord/domain/tax_place.h"
#include "akkoord/domain/vat_number.h"

static char *rest;

static const char *word(void)
{
    const char *found = strtok_r(NULL, " \n", &rest);
    if (found == NULL)
        exit(2);
    return found;
}

static const char *text(void)
{
    const char *found = word();
    return strcmp(found, "-") == 0 ? NULL : found;
}

static int64_t number(void)
{
    return strtoll(word(), NULL, 10);
}

static void refuse(const struct error *error)
{
    (void)printf("! %s %s\n", error->code, error->field);
}

static void answer_totals(void)
{
    static struct order_line lines[ORDER_LINES_MAX];
    struct order_discount discount;
    discount.percent_basis_points = number();
    discount.amount_minor = number();
    struct totals totals;
    struct error error;
    size_t count = (size_t)number();
    for (size_t i = 0; i < count; i++) {
        lines[i].quantity = number();
        lines[i].unit_price_minor = number();
        lines[i].price_includes_vat = number() != 0;
        (void)snprintf(lines[i].vat_category, sizeof(lines[i].vat_category), "%s", word());
        lines[i].vat_rate_basis_points = number();
        lines[i].discount_minor = number();
    }
    if (tax_compute_order(lines, count, NULL, &discount, &totals, &error) != STATUS_OK) {
        refuse(&error);
        return;
    }
    (void)printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, totals.lines_net_minor,
                 totals.discount_net_minor, totals.net_minor, totals.vat_minor, totals.total_minor);
    for (size_t i = 0; i < totals.subtotals_count; i++) {
        const struct vat_subtotal *each = &totals.subtotals[i];
        (void)printf(" | %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, each->vat_category,
                     each->vat_rate_basis_points, each->net_minor, each->vat_minor, each->discount_net_minor);
    }
    (void)printf(" |");
    for (size_t i = 0; i < count; i++)
        (void)printf(" %" PRId64 ",%" PRId64, lines[i].net_minor, lines[i].discount_net_minor);
    (void)printf("\n");
}

static void answer_place(void)
{
    struct seller seller = {0};
    struct buyer buyer = {0};
    struct listed_vat listed;
    struct vat_treatment treatment;
    struct error error;
    seller.address.country = word();
    seller.small_business = number() != 0;
    seller.one_stop_shop = number() != 0;
    buyer.address.country = word();
    buyer.company = text();
    buyer.vat_number = text();
    (void)snprintf(listed.vat_category, sizeof(listed.vat_category), "%s", word());
    listed.vat_rate_basis_points = number();
    if (supply_parse(word(), &listed.supply) != STATUS_OK)
        exit(2);
    int64_t day = number();
    if (tax_place(&seller, &buyer, &listed, day, 3, &treatment, &error) != STATUS_OK)
        refuse(&error);
    else
        (void)printf("%s %" PRId64 " %s %s\n", treatment.vat_category, treatment.vat_rate_basis_points,
                     vat_ground_name(treatment.ground), treatment.country[0] != '\0' ? treatment.country : "-");
}

static void answer_euros(void)
{
    struct totals totals = {0};
    struct exchange exchange = {0};
    totals.vat_minor = number();
    totals.total_minor = number();
    const char *currency = word();
    exchange.per_euro_millionths = number();
    if (tax_in_euros(&totals, currency, &exchange))
        (void)printf("%" PRId64 " %" PRId64 "\n", exchange.vat_euro_minor, exchange.total_euro_minor);
    else
        (void)printf("! too_large\n");
}

int main(void)
{
    static char line[65536];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        const char *kind = strtok_r(line, " \n", &rest);
        if (kind == NULL)
            return 2;
        if (strcmp(kind, "totals") == 0)
            answer_totals();
        else if (strcmp(kind, "place") == 0)
            answer_place();
        else if (strcmp(kind, "euros") == 0)
            answer_euros();
        else if (strcmp(kind, "vat") == 0)
            (void)printf("%d\n", vat_number_is_valid(word()) ? 1 : 0);
        else
            return 2;
    }
    return ferror(stdin) || fflush(stdout) != 0 ? 1 : 0;
}
