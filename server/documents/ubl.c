/*
 * Writes an invoice or credit note as UBL 2.1, element by element in the order of the schema. Owns nothing; any thread.
 * It won't compute or correct an amount: what does not add up was refused before.
 *
 * Left out on purpose, because validators warn: the date of the invoice that is credited (NLCIUS, BR-NL-24), and
 * whatever EN 16931 has no term for (UBL-CR).
 */
#include "akkoord/documents/ubl.h"

#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/format.h"
#include "akkoord/documents/prepare.h"
#include "akkoord/documents/words.h"
#include "akkoord/documents/xml.h"
#include "ubl_check.h"

#define NAMESPACE_CAC "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
#define NAMESPACE_CBC "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

#define SCHEME_KVK              "0106" /* ISO 6523: the Dutch trade register */
#define UNIT_PIECE              "C62"  /* UN/ECE Recommendation 20: one */
#define SEPA_CREDIT_TRANSFER    "58"   /* UNCL4461 */
#define BASIS_POINTS_OF_PERCENT 100

/* Which specification a document says that it follows. (BT-24 and BT-23) */
struct customization {
    const char *id;
    const char *profile_id;
};

static const struct customization en16931 = {.id = "urn:cen.eu:en16931:2017"};

/* What differs between the two kinds of document. */
struct form {
    const char *root;
    const char *xml_namespace;
    const char *type_element;
    const char *type_code; /* UNCL1001 */
    const char *line;
    const char *quantity;
};

static const struct form forms[] = {
    [DOCUMENT_INVOICE] = {"Invoice", "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", "cbc:InvoiceTypeCode",
                          "380", "cac:InvoiceLine", "cbc:InvoicedQuantity"},
    [DOCUMENT_CREDIT_NOTE] = {"CreditNote", "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
                              "cbc:CreditNoteTypeCode", "381", "cac:CreditNoteLine", "cbc:CreditedQuantity"},
};

struct ubl {
    struct xml *xml;
    struct arena *arena;
    const struct invoice *invoice;
    const struct form *form;
    const struct customization *customization;
};

/* ---- values ---- */

static void write_date(const struct ubl *ubl, const char *name, int64_t day)
{
    int year;
    int month;
    int day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    xml_element(ubl->xml, name, arena_format(ubl->arena, "%04d-%02d-%02d", year, month, day_of_month));
}

static struct money money_of(const struct ubl *ubl, int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor};
    memcpy(money.currency, ubl->invoice->currency, sizeof(money.currency));
    return money;
}

static void write_amount(const struct ubl *ubl, const char *name, int64_t amount_minor)
{
    const struct money money = money_of(ubl, amount_minor);
    char text[MONEY_TEXT_BYTES];
    money_format_decimal(&money, text);
    xml_element_with(ubl->xml, name, "currencyID", money.currency, text);
}

static void write_quantity(const struct ubl *ubl, const char *name, int64_t quantity)
{
    xml_element_with(ubl->xml, name, "unitCode", UNIT_PIECE, arena_format(ubl->arena, "%" PRId64, quantity));
}

/* As a registration number is compared: without the gaps that people put in. */
static const char *without_gaps(struct arena *arena, const char *text)
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

/* What remains to be paid; negative when more was. Both are 0 or more, so it fits. */
static int64_t remaining_minor(const struct invoice *invoice)
{
    return invoice->totals.total_minor - invoice->prepaid_minor;
}

/* ---- the document's own particulars ---- */

static void write_id(const struct ubl *ubl, const char *element, const char *id)
{
    xml_begin(ubl->xml, element);
    xml_element(ubl->xml, "cbc:ID", id);
    xml_end(ubl->xml);
}

/* The schema wants an ID in it, the buyer's; the order was placed here, so the number that both know is ours. */
static void write_order_reference(const struct ubl *ubl)
{
    const char *number = ubl->invoice->order_number;
    if (number == NULL)
        return;
    xml_begin(ubl->xml, "cac:OrderReference");
    xml_element(ubl->xml, "cbc:ID", number);
    xml_element(ubl->xml, "cbc:SalesOrderID", number);
    xml_end(ubl->xml);
}

static void write_particulars(const struct ubl *ubl)
{
    const struct invoice *invoice = ubl->invoice;
    xml_element(ubl->xml, "cbc:CustomizationID", ubl->customization->id);
    xml_element(ubl->xml, "cbc:ProfileID", ubl->customization->profile_id);
    xml_element(ubl->xml, "cbc:ID", invoice->number);
    write_date(ubl, "cbc:IssueDate", invoice->issue_day);
    xml_element(ubl->xml, ubl->form->type_element, ubl->form->type_code);
    xml_element(ubl->xml, "cbc:DocumentCurrencyCode", invoice->currency);
    xml_element(ubl->xml, "cbc:BuyerReference", invoice->reference);
    write_order_reference(ubl);
    if (invoice->kind == DOCUMENT_CREDIT_NOTE) {
        xml_begin(ubl->xml, "cac:BillingReference");
        write_id(ubl, "cac:InvoiceDocumentReference", invoice->credited_number);
        xml_end(ubl->xml);
    }
}

/* ---- parties ---- */

static void write_address(const struct ubl *ubl, const struct postal_address *address)
{
    xml_begin(ubl->xml, "cac:PostalAddress");
    xml_element(ubl->xml, "cbc:StreetName", address->street);
    xml_element(ubl->xml, "cbc:CityName", address->city);
    xml_element(ubl->xml, "cbc:PostalZone", address->postal_code);
    xml_begin(ubl->xml, "cac:Country");
    xml_element(ubl->xml, "cbc:IdentificationCode", address->country);
    xml_end(ubl->xml);
    xml_end(ubl->xml);
}

static void write_tax_scheme(const struct ubl *ubl)
{
    write_id(ubl, "cac:TaxScheme", "VAT");
}

/* A buyer's number that no country gives out would make the whole document invalid (BR-CO-09), and no rule of S and Z
 * needs one: it is left out. A seller's was checked. */
static void write_vat_number(const struct ubl *ubl, const char *vat_number)
{
    if (!ubl_is_vat_number(vat_number))
        return;
    xml_begin(ubl->xml, "cac:PartyTaxScheme");
    xml_element(ubl->xml, "cbc:CompanyID", without_gaps(ubl->arena, vat_number));
    write_tax_scheme(ubl);
    xml_end(ubl->xml);
}

static void write_legal_entity(const struct ubl *ubl, const char *name, const char *kvk_number)
{
    xml_begin(ubl->xml, "cac:PartyLegalEntity");
    xml_element(ubl->xml, "cbc:RegistrationName", name);
    xml_element_with(ubl->xml, "cbc:CompanyID", "schemeID", SCHEME_KVK, without_gaps(ubl->arena, kvk_number));
    xml_end(ubl->xml);
}

static void write_contact(const struct ubl *ubl, const char *name, const char *email)
{
    if (name == NULL && email == NULL)
        return;
    xml_begin(ubl->xml, "cac:Contact");
    xml_element(ubl->xml, "cbc:Name", name);
    xml_element(ubl->xml, "cbc:ElectronicMail", email);
    xml_end(ubl->xml);
}

static void write_seller(const struct ubl *ubl)
{
    const struct seller *seller = &ubl->invoice->seller;
    xml_begin(ubl->xml, "cac:AccountingSupplierParty");
    xml_begin(ubl->xml, "cac:Party");
    write_address(ubl, &seller->address);
    write_vat_number(ubl, seller->vat_number);
    write_legal_entity(ubl, seller->name, seller->kvk_number);
    write_contact(ubl, NULL, seller->email);
    xml_end(ubl->xml);
    xml_end(ubl->xml);
}

/* The buyer's e-mail address stays out, as on the PDF: nobody needs it there. */
static void write_buyer(const struct ubl *ubl)
{
    const struct buyer *buyer = &ubl->invoice->buyer;
    bool business = buyer->company != NULL;
    xml_begin(ubl->xml, "cac:AccountingCustomerParty");
    xml_begin(ubl->xml, "cac:Party");
    write_address(ubl, &buyer->address);
    write_vat_number(ubl, buyer->vat_number);
    write_legal_entity(ubl, business ? buyer->company : buyer->name, buyer->kvk_number);
    write_contact(ubl, business ? buyer->name : NULL, NULL);
    xml_end(ubl->xml);
    xml_end(ubl->xml);
}

/* ---- delivery and payment ---- */

static void write_delivery(const struct ubl *ubl)
{
    xml_begin(ubl->xml, "cac:Delivery");
    write_date(ubl, "cbc:ActualDeliveryDate", ubl->invoice->supply_day);
    xml_end(ubl->xml);
}

static void write_payment_means(const struct ubl *ubl)
{
    const struct seller *seller = &ubl->invoice->seller;
    const char *iban = without_gaps(ubl->arena, seller->iban);
    if (iban == NULL)
        return;
    xml_begin(ubl->xml, "cac:PaymentMeans");
    xml_element(ubl->xml, "cbc:PaymentMeansCode", SEPA_CREDIT_TRANSFER);
    xml_element(ubl->xml, "cbc:PaymentID", ubl->invoice->number);
    xml_begin(ubl->xml, "cac:PayeeFinancialAccount");
    xml_element(ubl->xml, "cbc:ID", iban);
    xml_element(ubl->xml, "cbc:Name", seller->name);
    xml_end(ubl->xml);
    xml_end(ubl->xml);
}

/* The sentence of the PDF. */
static const char *payment_terms(const struct ubl *ubl)
{
    const struct invoice *invoice = ubl->invoice;
    const struct words *words = words_of(invoice->language);
    if (invoice->kind == DOCUMENT_CREDIT_NOTE)
        return words->no_refund_note;
    const char *account = without_gaps(ubl->arena, invoice->seller.iban);
    if (account == NULL)
        return words->due;
    const struct money remaining = money_of(ubl, remaining_minor(invoice));
    char amount[FORMAT_TEXT_BYTES];
    char iban[FORMAT_TEXT_BYTES];
    format_money(invoice->language, &remaining, amount);
    format_iban(account, iban);
    const char *const *around = words->please_pay;
    return arena_format(ubl->arena, "%s%s%s%s%s%s%s%s%s", around[0], amount, around[1], iban, around[2],
                        invoice->seller.name, around[3], invoice->number, around[4]);
}

/* Where something is due, BR-CO-25 wants a date or terms. Money goes to the seller's account on an invoice only. */
static void write_payment(const struct ubl *ubl)
{
    if (remaining_minor(ubl->invoice) <= 0)
        return;
    if (ubl->invoice->kind == DOCUMENT_INVOICE)
        write_payment_means(ubl);
    xml_begin(ubl->xml, "cac:PaymentTerms");
    xml_element(ubl->xml, "cbc:Note", payment_terms(ubl));
    xml_end(ubl->xml);
}

/* ---- VAT and totals ---- */

static void write_tax_category(const struct ubl *ubl, const char *element, const char *category,
                               int64_t rate_basis_points)
{
    xml_begin(ubl->xml, element);
    xml_element(ubl->xml, "cbc:ID", category);
    xml_element(ubl->xml, "cbc:Percent",
                arena_format(ubl->arena, "%" PRId64 ".%02" PRId64, rate_basis_points / BASIS_POINTS_OF_PERCENT,
                             rate_basis_points % BASIS_POINTS_OF_PERCENT));
    write_tax_scheme(ubl);
    xml_end(ubl->xml);
}

static void write_tax_total(const struct ubl *ubl)
{
    const struct totals *totals = &ubl->invoice->totals;
    xml_begin(ubl->xml, "cac:TaxTotal");
    write_amount(ubl, "cbc:TaxAmount", totals->vat_minor);
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        xml_begin(ubl->xml, "cac:TaxSubtotal");
        write_amount(ubl, "cbc:TaxableAmount", subtotal->net_minor);
        write_amount(ubl, "cbc:TaxAmount", subtotal->vat_minor);
        write_tax_category(ubl, "cac:TaxCategory", subtotal->vat_category, subtotal->vat_rate_basis_points);
        xml_end(ubl->xml);
    }
    xml_end(ubl->xml);
}

static void write_monetary_total(const struct ubl *ubl)
{
    const struct invoice *invoice = ubl->invoice;
    xml_begin(ubl->xml, "cac:LegalMonetaryTotal");
    write_amount(ubl, "cbc:LineExtensionAmount", invoice->totals.net_minor);
    write_amount(ubl, "cbc:TaxExclusiveAmount", invoice->totals.net_minor);
    write_amount(ubl, "cbc:TaxInclusiveAmount", invoice->totals.total_minor);
    if (invoice->prepaid_minor > 0)
        write_amount(ubl, "cbc:PrepaidAmount", invoice->prepaid_minor);
    write_amount(ubl, "cbc:PayableAmount", remaining_minor(invoice));
    xml_end(ubl->xml);
}

/* ---- lines ---- */

/* The net price of one piece (BT-146). What a price with VAT leaves for one piece is seldom a whole number of cents:
 * then the price is that of all of them (BT-149), which is exact. */
static void write_price(const struct ubl *ubl, const struct order_line *line)
{
    xml_begin(ubl->xml, "cac:Price");
    if (line->net_minor % line->quantity == 0) {
        write_amount(ubl, "cbc:PriceAmount", line->net_minor / line->quantity);
    } else {
        write_amount(ubl, "cbc:PriceAmount", line->net_minor);
        write_quantity(ubl, "cbc:BaseQuantity", line->quantity);
    }
    xml_end(ubl->xml);
}

static void write_line(const struct ubl *ubl, size_t position)
{
    const struct order_line *line = &ubl->invoice->lines[position];
    xml_begin(ubl->xml, ubl->form->line);
    xml_element(ubl->xml, "cbc:ID", arena_format(ubl->arena, "%zu", position + 1));
    write_quantity(ubl, ubl->form->quantity, line->quantity);
    write_amount(ubl, "cbc:LineExtensionAmount", line->net_minor);
    xml_begin(ubl->xml, "cac:Item");
    xml_element(ubl->xml, "cbc:Name", line->name);
    if (line->sku != NULL)
        write_id(ubl, "cac:SellersItemIdentification", line->sku);
    write_tax_category(ubl, "cac:ClassifiedTaxCategory", line->vat_category, line->vat_rate_basis_points);
    xml_end(ubl->xml);
    write_price(ubl, line);
    xml_end(ubl->xml);
}

/* ---- the whole ---- */

static void write_document(const struct ubl *ubl)
{
    xml_begin(ubl->xml, ubl->form->root);
    xml_attribute(ubl->xml, "xmlns", ubl->form->xml_namespace);
    xml_attribute(ubl->xml, "xmlns:cac", NAMESPACE_CAC);
    xml_attribute(ubl->xml, "xmlns:cbc", NAMESPACE_CBC);
    write_particulars(ubl);
    write_seller(ubl);
    write_buyer(ubl);
    write_delivery(ubl);
    write_payment(ubl);
    write_tax_total(ubl);
    write_monetary_total(ubl);
    for (size_t i = 0; i < ubl->invoice->lines_count; i++)
        write_line(ubl, i);
    xml_end(ubl->xml);
}

enum status document_render_ubl(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error)
{
    const struct invoice *clean;
    enum status status = document_prepare(invoice, arena, &clean, error);
    if (status == STATUS_OK)
        status = ubl_check(clean, error);
    if (status != STATUS_OK)
        return status;
    struct ubl ubl = {.arena = arena, .invoice = clean, .form = &forms[clean->kind], .customization = &en16931};
    status = xml_new(&ubl.xml, error);
    if (status != STATUS_OK)
        return status;
    write_document(&ubl);
    status = xml_finish(ubl.xml, arena, bytes, length, error);
    xml_free(ubl.xml);
    return status;
}
