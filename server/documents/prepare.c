/*
 * The way into every format: refuses what must not be sent, and cleans the texts of the rest. Any thread.
 * It won't correct anything: amounts that do not add up are an error, never a document.
 */
#include "akkoord/documents/prepare.h"

#include "akkoord/base/money.h"
#include "akkoord/documents/text.h"

static void clean_address(struct arena *arena, struct postal_address *address)
{
    address->street = document_clean_text(arena, address->street);
    address->postal_code = document_clean_text(arena, address->postal_code);
    address->city = document_clean_text(arena, address->city);
    address->country = document_clean_text(arena, address->country);
}

static void clean_number(struct arena *arena, char number[DOCUMENT_NUMBER_BYTES])
{
    const char *clean = document_clean_text(arena, number);
    snprintf(number, DOCUMENT_NUMBER_BYTES, "%s", clean != NULL ? clean : "");
}

static struct invoice *clean_invoice(struct arena *arena, const struct invoice *invoice)
{
    struct invoice *clean = ARENA_NEW(arena, struct invoice);
    *clean = *invoice;
    clean_number(arena, clean->number);
    clean_number(arena, clean->credited_number);
    clean->order_number = document_clean_text(arena, invoice->order_number);
    clean->reference = document_clean_text(arena, invoice->reference);
    clean->discount_reason = document_clean_text(arena, invoice->discount_reason);

    struct seller *seller = &clean->seller;
    seller->name = document_clean_text(arena, seller->name);
    seller->kvk_number = document_clean_text(arena, seller->kvk_number);
    seller->vat_number = document_clean_text(arena, seller->vat_number);
    seller->iban = document_clean_text(arena, seller->iban);
    seller->bic = document_clean_text(arena, seller->bic);
    seller->email = document_clean_text(arena, seller->email);
    clean_address(arena, &seller->address);

    struct buyer *buyer = &clean->buyer;
    buyer->name = document_clean_text(arena, buyer->name);
    buyer->company = document_clean_text(arena, buyer->company);
    buyer->vat_number = document_clean_text(arena, buyer->vat_number);
    buyer->kvk_number = document_clean_text(arena, buyer->kvk_number);
    buyer->oin = document_clean_text(arena, buyer->oin);
    clean_address(arena, &buyer->address);

    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, invoice->lines_count);
    for (size_t i = 0; i < invoice->lines_count; i++) {
        lines[i] = invoice->lines[i];
        lines[i].sku = document_clean_text(arena, lines[i].sku);
        lines[i].name = document_clean_text(arena, lines[i].name);
        lines[i].discount_reason = document_clean_text(arena, lines[i].discount_reason);
    }
    clean->lines = lines;
    return clean;
}

static enum status check_complete(const struct invoice *invoice, struct error *error)
{
    const char *missing = NULL;
    if (invoice->number[0] == '\0')
        missing = "number";
    else if (invoice->seller.name == NULL)
        missing = "seller.name";
    else if (invoice->buyer.name == NULL && invoice->buyer.company == NULL)
        missing = "buyer.name";
    else if (invoice->lines_count == 0)
        missing = "lines";
    else if (invoice->currency[0] == '\0')
        missing = "currency";
    else if (invoice->kind == DOCUMENT_CREDIT_NOTE && invoice->credited_number[0] == '\0')
        missing = "credited_number";
    for (size_t i = 0; i < invoice->lines_count && missing == NULL; i++) {
        if (invoice->lines[i].name == NULL)
            missing = "lines.name";
    }
    if (missing != NULL)
        return error_set_field(error, STATUS_INVALID, "document_incomplete", missing,
                               "a document can't do without this");
    return STATUS_OK;
}

/* Whether lines, VAT and total agree to the cent, and nothing is negative. */
static bool amounts_agree(const struct invoice *invoice)
{
    const struct totals *totals = &invoice->totals;
    int64_t lines_net = 0;
    for (size_t i = 0; i < invoice->lines_count; i++) {
        if (invoice->lines[i].net_minor < 0 || invoice->lines[i].quantity < 1 ||
            invoice->lines[i].discount_net_minor < 0 || !money_add(lines_net, invoice->lines[i].net_minor, &lines_net))
            return false;
    }
    int64_t taxable = 0;
    int64_t discount = 0;
    int64_t vat = 0;
    if (totals->subtotals_count > VAT_SUBTOTALS_MAX)
        return false;
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        if (totals->subtotals[i].discount_net_minor < 0 ||
            !money_add(taxable, totals->subtotals[i].net_minor, &taxable) ||
            !money_add(discount, totals->subtotals[i].discount_net_minor, &discount) ||
            !money_add(vat, totals->subtotals[i].vat_minor, &vat))
            return false;
    }
    int64_t total;
    return money_add(totals->net_minor, totals->vat_minor, &total) && total == totals->total_minor &&
           lines_net == totals->lines_net_minor && discount == totals->discount_net_minor &&
           lines_net - discount == totals->net_minor && taxable == totals->net_minor && vat == totals->vat_minor &&
           vat >= 0 && invoice->prepaid_minor >= 0;
}

enum status document_prepare(const struct invoice *invoice, struct arena *arena, const struct invoice **clean,
                             struct error *error)
{
    if (invoice->lines_count > DOCUMENT_LINES_MAX)
        return error_set(error, STATUS_TOO_LARGE, "document_too_long", "more than %d lines", DOCUMENT_LINES_MAX);
    const struct invoice *copy = clean_invoice(arena, invoice);
    enum status status = check_complete(copy, error);
    if (status != STATUS_OK)
        return status;
    if (!amounts_agree(copy))
        return error_set(error, STATUS_INTERNAL, "document_amounts", "the amounts of the document do not add up");
    *clean = copy;
    return STATUS_OK;
}
