/*
 * The facts of an electronic document, found once for every syntax. Owns nothing: all of it lives in the caller's
 * arena. Any thread. It won't compute or correct an amount but the rest to pay: what does not add up is refused.
 */
#include "einvoice.h"

#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/format.h"
#include "akkoord/documents/grounds.h"
#include "akkoord/documents/prepare.h"
#include "akkoord/documents/words.h"

#define BASIS_POINTS_OF_PERCENT 100
#define MILLIONTHS              INT64_C(1000000)
#define EURO                    "EUR"

/* ---- values ---- */

const char *einvoice_without_gaps(struct arena *arena, const char *text)
{
    if (text == NULL)
        return NULL;
    char *compact = arena_copy_text(arena, text);
    size_t length = 0;
    for (; *text != '\0'; text++) {
        if (strchr(" .-", *text) == NULL)
            compact[length++] = *text;
    }
    compact[length] = '\0';
    return length > 0 ? compact : NULL;
}

static struct money money_of(const struct einvoice *einvoice, int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor};
    memcpy(money.currency, einvoice->invoice->currency, sizeof(money.currency));
    return money;
}

const char *einvoice_amount_text(const struct einvoice *einvoice, int64_t amount_minor)
{
    const struct money money = money_of(einvoice, amount_minor);
    char text[MONEY_TEXT_BYTES];
    money_format_decimal(&money, text);
    return arena_copy_text(einvoice->arena, text);
}

const char *einvoice_euro_text(const struct einvoice *einvoice, int64_t amount_minor)
{
    const struct money money = {.amount_minor = amount_minor, .currency = EURO};
    char text[MONEY_TEXT_BYTES];
    money_format_decimal(&money, text);
    return arena_copy_text(einvoice->arena, text);
}

const char *einvoice_rate_text(const struct einvoice *einvoice, int64_t rate_basis_points)
{
    return arena_format(einvoice->arena, "%" PRId64 ".%02" PRId64, rate_basis_points / BASIS_POINTS_OF_PERCENT,
                        rate_basis_points % BASIS_POINTS_OF_PERCENT);
}

const char *einvoice_integer_text(const struct einvoice *einvoice, int64_t value)
{
    return arena_format(einvoice->arena, "%" PRId64, value);
}

const char *einvoice_date_text(const struct einvoice *einvoice, bool separated, int64_t day)
{
    int year;
    int month;
    int day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    return arena_format(einvoice->arena, separated ? "%04d-%02d-%02d" : "%04d%02d%02d", year, month, day_of_month);
}

/* What a price with VAT leaves for one piece is seldom a whole number of cents: then the price is that of all of them,
 * which is exact. */
struct einvoice_price einvoice_price_of(const struct order_line *line)
{
    int64_t priced_minor = line->net_minor + line->discount_net_minor;
    if (priced_minor % line->quantity == 0)
        return (struct einvoice_price){priced_minor / line->quantity, 1};
    return (struct einvoice_price){priced_minor, line->quantity};
}

const char *einvoice_discount_reason(const struct einvoice *einvoice, const char *reason)
{
    if (reason != NULL)
        return reason;
    return einvoice->invoice->language == LANGUAGE_NL ? "Korting" : "Discount";
}

/* ---- VAT ---- */

static struct einvoice_vat *vat_of(struct einvoice *einvoice, const struct vat_subtotal *subtotal)
{
    for (size_t i = 0; i < einvoice->vat_count; i++) {
        struct einvoice_vat *vat = &einvoice->vat[i];
        if (vat->rate_basis_points == subtotal->vat_rate_basis_points &&
            strcmp(vat->category, subtotal->vat_category) == 0)
            return vat;
    }
    struct einvoice_vat *vat = &einvoice->vat[einvoice->vat_count++];
    *vat =
        (struct einvoice_vat){.category = subtotal->vat_category, .rate_basis_points = subtotal->vat_rate_basis_points};
    return vat;
}

static const char *joined(struct arena *arena, const char *texts, const char *text, const char *separator)
{
    if (texts == NULL || text == NULL)
        return texts != NULL ? texts : text;
    return strstr(texts, text) != NULL ? texts : arena_format(arena, "%s%s%s", texts, separator, text);
}

/* Sums fit: document_prepare() has added all of them up. A reason beside S or Z is forbidden (BR-S-10, BR-Z-10): what
 * has to be said of another state's rate goes into the note. */
static void fill_vat(struct einvoice *einvoice)
{
    const struct invoice *invoice = einvoice->invoice;
    for (size_t i = 0; i < invoice->totals.subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &invoice->totals.subtotals[i];
        struct einvoice_vat *vat = vat_of(einvoice, subtotal);
        vat->net_minor += subtotal->net_minor;
        vat->vat_minor += subtotal->vat_minor;
        vat->discount_net_minor += subtotal->discount_net_minor;
        vat->parts += 1;
        const char *text = document_ground_text(einvoice->arena, invoice->language, subtotal);
        bool taxed = strcmp(vat->category, "S") == 0 || strcmp(vat->category, "Z") == 0;
        const char **place = taxed ? &einvoice->note : &vat->reason;
        *place = joined(einvoice->arena, *place, text, taxed ? ". " : "; ");
        if (strcmp(vat->category, "K") == 0)
            einvoice->delivery_country = invoice->buyer.address.country;
    }
}

/* BT-111 alone does not say how it was found. Four decimals, as the European Central Bank gives them, or more. */
static const char *exchange_text(const struct einvoice *einvoice)
{
    const struct invoice *invoice = einvoice->invoice;
    int64_t fraction = invoice->exchange.per_euro_millionths % MILLIONTHS;
    int decimals = 6;
    for (; decimals > 4 && fraction % 10 == 0; decimals--)
        fraction /= 10;
    char date[FORMAT_TEXT_BYTES];
    format_date(invoice->language, invoice->exchange.day, date);
    bool dutch = invoice->language == LANGUAGE_NL;
    return arena_format(einvoice->arena, "1 EUR = %" PRId64 "%s%0*" PRId64 " %s (%s, %s)",
                        invoice->exchange.per_euro_millionths / MILLIONTHS, dutch ? "," : ".", decimals, fraction,
                        invoice->currency, dutch ? "Europese Centrale Bank" : "European Central Bank", date);
}

/* ---- payment ---- */

/* The sentence of the PDF. */
static const char *payment_terms(const struct einvoice *einvoice)
{
    const struct invoice *invoice = einvoice->invoice;
    const struct words *words = words_of(invoice->language);
    if (invoice->kind == DOCUMENT_CREDIT_NOTE)
        return words->no_refund_note;
    if (einvoice->iban == NULL)
        return words->due;
    const struct money remaining = money_of(einvoice, einvoice->remaining_minor);
    char amount[FORMAT_TEXT_BYTES];
    char iban[FORMAT_TEXT_BYTES];
    format_money(invoice->language, &remaining, amount);
    format_iban(einvoice->iban, iban);
    const char *const *around = words->please_pay;
    return arena_format(einvoice->arena, "%s%s%s%s%s%s%s%s%s", around[0], amount, around[1], iban, around[2],
                        invoice->seller.name, around[3], invoice->number, around[4]);
}

/* Where something is due, BR-CO-25 wants a date or terms. Money goes to the seller's account on an invoice only. */
static void fill_payment(struct einvoice *einvoice)
{
    const struct invoice *invoice = einvoice->invoice;
    einvoice->remaining_minor = invoice->totals.total_minor - invoice->prepaid_minor; /* both 0 or more: it fits */
    if (einvoice->remaining_minor <= 0)
        return;
    if (invoice->kind == DOCUMENT_INVOICE)
        einvoice->iban = einvoice_without_gaps(einvoice->arena, invoice->seller.iban);
    einvoice->payment_terms = payment_terms(einvoice);
}

/* ---- the whole ---- */

enum status einvoice_prepare(const struct invoice *invoice, struct arena *arena, struct einvoice *einvoice,
                             struct error *error)
{
    const struct invoice *clean;
    enum status status = document_prepare(invoice, arena, &clean, error);
    if (status != STATUS_OK)
        return status;
    bool business = clean->buyer.company != NULL;
    *einvoice = (struct einvoice){
        .arena = arena,
        .invoice = clean,
        .buyer_name = business ? clean->buyer.company : clean->buyer.name,
        .buyer_contact = business ? clean->buyer.name : NULL,
        .delivery_day = clean->supply_end_day > clean->supply_day ? clean->supply_end_day : clean->supply_day,
        .has_period = clean->supply_end_day > clean->supply_day,
        .has_tax_currency = strcmp(clean->currency, EURO) != 0,
    };
    fill_vat(einvoice);
    if (einvoice->has_tax_currency)
        einvoice->note = joined(arena, einvoice->note, exchange_text(einvoice), ". ");
    fill_payment(einvoice);
    einvoice_fill_parties(einvoice);
    return einvoice_check(einvoice, error);
}
