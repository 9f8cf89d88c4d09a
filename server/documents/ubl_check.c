/*
 * Refuses what would not be a valid document under EN 16931. Pure; any thread. It won't correct anything.
 */
#include "ubl_check.h"

#include "akkoord/base/money.h"

#define BASIS_POINTS_OF_ONE 10000

/* As VAT numbers begin in the Union, Northern Ireland (XI), Greece (EL), and with its neighbours. */
static const char vat_countries[] = "AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO "
                                    "SE SI SK XI";

bool ubl_is_vat_number(const char *text)
{
    if (text == NULL || strlen(text) < 4)
        return false;
    for (const char *country = vat_countries; country < vat_countries + sizeof(vat_countries) - 2; country += 3) {
        if (strncmp(country, text, 2) == 0)
            return true;
    }
    return false;
}

static bool is_country(const char *text)
{
    return text != NULL && strlen(text) == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
}

static enum status check_texts(const struct invoice *invoice, struct error *error)
{
    const char *missing = NULL;
    if (!ubl_is_vat_number(invoice->seller.vat_number)) /* BR-S-02, BR-Z-02 */
        missing = "seller.vat_number";
    else if (!is_country(invoice->seller.address.country)) /* BR-9 */
        missing = "seller.address.country";
    else if (!is_country(invoice->buyer.address.country)) /* BR-11 */
        missing = "buyer.address.country";
    if (missing != NULL)
        return error_set_field(error, STATUS_INVALID, "document_incomplete", missing,
                               "EN 16931 can't do without this, or not as it is");
    return STATUS_OK;
}

static enum status check_scope(const struct invoice *invoice, struct error *error)
{
    if (strcmp(invoice->currency, "EUR") != 0)
        return error_set_field(error, STATUS_INVALID, "currency_unsupported", "currency",
                               "only euros can be written as UBL");
    for (size_t i = 0; i < invoice->totals.subtotals_count; i++) {
        const char *category = invoice->totals.subtotals[i].vat_category;
        if (strcmp(category, "S") != 0 && strcmp(category, "Z") != 0)
            return error_set_field(error, STATUS_INVALID, "vat_category_unsupported", "vat_category",
                                   "only standard and zero rated VAT can be written as UBL");
    }
    return STATUS_OK;
}

static bool has_rate_of(const struct order_line *line, const struct vat_subtotal *subtotal)
{
    return line->vat_rate_basis_points == subtotal->vat_rate_basis_points &&
           strcmp(line->vat_category, subtotal->vat_category) == 0;
}

/* BR-S-08, BR-Z-08: the lines of a rate sum to its taxable amount. BR-CO-17: its VAT is the rate of that, rounded; VAT
 * that was taken out of prices with VAT may be one cent beside it, so that these prices are what is paid. */
static bool subtotal_agrees(const struct invoice *invoice, const struct vat_subtotal *subtotal)
{
    int64_t net_minor = 0;
    int64_t tolerance_minor = 0;
    for (size_t i = 0; i < invoice->lines_count; i++) {
        const struct order_line *line = &invoice->lines[i];
        if (!has_rate_of(line, subtotal))
            continue;
        if (!money_add(net_minor, line->net_minor, &net_minor))
            return false;
        if (line->price_includes_vat)
            tolerance_minor = 1;
    }
    int64_t vat_minor;
    if (!money_multiply_ratio(subtotal->net_minor, subtotal->vat_rate_basis_points, BASIS_POINTS_OF_ONE, &vat_minor))
        return false;
    int64_t difference_minor = subtotal->vat_minor - vat_minor;
    return net_minor == subtotal->net_minor && difference_minor >= -tolerance_minor &&
           difference_minor <= tolerance_minor;
}

/* A line costs its price times its quantity, and its rate stands among the subtotals (BR-S-01, BR-Z-01). */
static bool line_agrees(const struct invoice *invoice, const struct order_line *line)
{
    bool found = false;
    for (size_t i = 0; i < invoice->totals.subtotals_count && !found; i++)
        found = has_rate_of(line, &invoice->totals.subtotals[i]);
    int64_t net_minor;
    return found && line->unit_price_minor >= 0 && /* BR-27 */
           (line->price_includes_vat ||
            (money_multiply(line->unit_price_minor, line->quantity, &net_minor) && net_minor == line->net_minor));
}

static bool amounts_agree(const struct invoice *invoice)
{
    for (size_t i = 0; i < invoice->totals.subtotals_count; i++) {
        if (!subtotal_agrees(invoice, &invoice->totals.subtotals[i]))
            return false;
    }
    for (size_t i = 0; i < invoice->lines_count; i++) {
        if (!line_agrees(invoice, &invoice->lines[i]))
            return false;
    }
    return true;
}

enum status ubl_check(const struct invoice *invoice, struct error *error)
{
    enum status status = check_texts(invoice, error);
    if (status == STATUS_OK)
        status = check_scope(invoice, error);
    if (status == STATUS_OK && !amounts_agree(invoice))
        status = error_set(error, STATUS_INTERNAL, "document_amounts", "the amounts of the document do not add up");
    return status;
}
