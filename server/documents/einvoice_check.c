/*
 * Refuses what would not be a valid document under EN 16931. Pure; any thread. It won't correct anything.
 */
#include <string.h>

#include "akkoord/base/money.h"
#include "einvoice.h"

#define BASIS_POINTS_OF_ONE 10000
#define DECIMALS_MAX        2 /* BR-DEC */

static bool is_country(const char *text)
{
    return text != NULL && strlen(text) == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
}

static bool is_category(const struct einvoice_vat *vat, const char *category)
{
    return strcmp(vat->category, category) == 0;
}

/* The official rules take a company's number in its place (BR-AE-02), or anything that begins with a country: the law
 * does not (Directive 2006/112/EC, art. 226 point 4). */
static bool wants_vat_number_of_buyer(const struct einvoice *einvoice)
{
    for (size_t i = 0; i < einvoice->vat_count; i++) {
        if (is_category(&einvoice->vat[i], "AE") || is_category(&einvoice->vat[i], "K"))
            return true;
    }
    return false;
}

static enum status check_texts(const struct einvoice *einvoice, struct error *error)
{
    const struct invoice *invoice = einvoice->invoice;
    const char *missing = NULL;
    if (einvoice->seller.vat_number == NULL) /* BR-S-02, BR-Z-02, BR-E-02, ... */
        missing = "seller.vat_number";
    else if (!is_country(invoice->seller.address.country)) /* BR-9 */
        missing = "seller.address.country";
    else if (!is_country(invoice->buyer.address.country)) /* BR-11 */
        missing = "buyer.address.country";
    else if (einvoice->buyer.vat_number == NULL && wants_vat_number_of_buyer(einvoice))
        missing = "buyer.vat_number";
    else if (einvoice->has_tax_currency && invoice->exchange.per_euro_millionths <= 0) /* BR-53 */
        missing = "exchange";
    if (missing != NULL)
        return error_set_field(error, STATUS_INVALID, "document_incomplete", missing,
                               "EN 16931 can't do without this, or not as it is");
    return STATUS_OK;
}

/* BR-S-05: standard rated has a rate. BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05: the others have none. */
static bool is_possible(const struct einvoice_vat *vat)
{
    static const char *const untaxed[] = {"Z", "E", "AE", "K", "G"};
    if (is_category(vat, "S"))
        return vat->rate_basis_points > 0;
    for (size_t i = 0; i < sizeof(untaxed) / sizeof(untaxed[0]); i++) {
        if (is_category(vat, untaxed[i]))
            return vat->rate_basis_points == 0;
    }
    return false;
}

static enum status check_scope(const struct einvoice *einvoice, struct error *error)
{
    if (currency_decimals(einvoice->invoice->currency) > DECIMALS_MAX)
        return error_set_field(error, STATUS_INVALID, "currency_unsupported", "currency",
                               "EN 16931 has amounts of two decimals at most");
    for (size_t i = 0; i < einvoice->vat_count; i++) {
        if (!is_possible(&einvoice->vat[i]))
            return error_set_field(error, STATUS_INVALID, "vat_category_unsupported", "vat_category",
                                   "EN 16931 does not have this VAT category at this rate");
    }
    return STATUS_OK;
}

static bool is_of(const struct order_line *line, const struct einvoice_vat *vat)
{
    return line->vat_rate_basis_points == vat->rate_basis_points && is_category(vat, line->vat_category);
}

/* BR-S-08 and its like: the lines of a rate, less its discount, sum to its taxable amount. BR-CO-17: its VAT is the
 * rate of that, rounded; VAT that was taken out of prices with VAT may be one cent beside it, so that these prices are
 * what is paid, and so may be each of several roundings that stand under one rate; that of a credit note another one,
 * so that all of an invoice's together are the invoice (domain/credit.h). */
static bool vat_agrees(const struct invoice *invoice, const struct einvoice_vat *vat)
{
    int64_t net_minor = 0;
    int64_t tolerance_minor = (int64_t)vat->parts - 1;
    bool price_includes_vat = false;
    for (size_t i = 0; i < invoice->lines_count; i++) {
        const struct order_line *line = &invoice->lines[i];
        if (!is_of(line, vat))
            continue;
        if (!money_add(net_minor, line->net_minor, &net_minor))
            return false;
        price_includes_vat = price_includes_vat || line->price_includes_vat;
    }
    if (price_includes_vat)
        tolerance_minor = (int64_t)vat->parts;
    if (invoice->kind == DOCUMENT_CREDIT_NOTE)
        tolerance_minor++;
    if (vat->rate_basis_points == 0)
        tolerance_minor = 0;
    int64_t vat_minor;
    if (!money_multiply_ratio(vat->net_minor, vat->rate_basis_points, BASIS_POINTS_OF_ONE, &vat_minor))
        return false;
    int64_t difference_minor = vat->vat_minor - vat_minor;
    return net_minor - vat->discount_net_minor == vat->net_minor && difference_minor >= -tolerance_minor &&
           difference_minor <= tolerance_minor;
}

/* A line costs its price times its quantity less its discount, and its rate stands among the subtotals (BR-S-01 and its
 * like). */
static bool line_agrees(const struct einvoice *einvoice, const struct order_line *line)
{
    bool found = false;
    for (size_t i = 0; i < einvoice->vat_count && !found; i++)
        found = is_of(line, &einvoice->vat[i]);
    int64_t before_minor;
    int64_t priced_minor;
    return found && line->unit_price_minor >= 0 && /* BR-27 */
           money_add(line->net_minor, line->discount_net_minor, &before_minor) &&
           (line->price_includes_vat ||
            (money_multiply(line->unit_price_minor, line->quantity, &priced_minor) && priced_minor == before_minor));
}

static bool amounts_agree(const struct einvoice *einvoice)
{
    for (size_t i = 0; i < einvoice->vat_count; i++) {
        if (!vat_agrees(einvoice->invoice, &einvoice->vat[i]))
            return false;
    }
    for (size_t i = 0; i < einvoice->invoice->lines_count; i++) {
        if (!line_agrees(einvoice, &einvoice->invoice->lines[i]))
            return false;
    }
    return true;
}

enum status einvoice_check(const struct einvoice *einvoice, struct error *error)
{
    enum status status = check_texts(einvoice, error);
    if (status == STATUS_OK)
        status = check_scope(einvoice, error);
    if (status == STATUS_OK && !amounts_agree(einvoice))
        status = error_set(error, STATUS_INTERNAL, "document_amounts", "the amounts of the document do not add up");
    return status;
}
