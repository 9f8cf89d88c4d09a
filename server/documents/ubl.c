/*
 * Writes an invoice or credit note as UBL 2.1, element by element in the order of the schema. Owns nothing; any thread.
 * It decides nothing: einvoice.c did.
 *
 * Left out on purpose, because validators warn: the date of the invoice that is credited (NLCIUS, BR-NL-24), and
 * whatever EN 16931 has no term for (UBL-CR).
 */
#include "ubl_writer.h"

#define NAMESPACE_CAC "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
#define NAMESPACE_CBC "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

/* Which specification a document says that it follows. (BT-24 and BT-23) */
struct customization {
    const char *id;
    const char *profile_id; /* NULL: the specification has none */
};

static const struct customization customizations[] = {
    [EINVOICE_PLAIN] = {.id = "urn:cen.eu:en16931:2017"},
    [EINVOICE_NLCIUS] = {.id = "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0",
                         .profile_id = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"},
    [EINVOICE_PEPPOL] = {.id = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
                         .profile_id = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"},
};

/* What differs between the two kinds of document. */
struct ubl_form {
    const char *root;
    const char *xml_namespace;
    const char *type_element;
    const char *type_code; /* UNCL1001 */
    const char *line;
    const char *quantity;
};

static const struct ubl_form forms[] = {
    [DOCUMENT_INVOICE] = {"Invoice", "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", "cbc:InvoiceTypeCode",
                          "380", "cac:InvoiceLine", "cbc:InvoicedQuantity"},
    [DOCUMENT_CREDIT_NOTE] = {"CreditNote", "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
                              "cbc:CreditNoteTypeCode", "381", "cac:CreditNoteLine", "cbc:CreditedQuantity"},
};

/* ---- values ---- */

static void write_date(const struct ubl *ubl, const char *name, int64_t day)
{
    xml_element(ubl->xml, name, einvoice_date_text(ubl->facts, true, day));
}

static void write_amount(const struct ubl *ubl, const char *name, int64_t amount_minor)
{
    xml_element_with(ubl->xml, name, "currencyID", ubl->invoice->currency,
                     einvoice_amount_text(ubl->facts, amount_minor));
}

static void write_quantity(const struct ubl *ubl, const char *name, int64_t quantity)
{
    xml_element_with(ubl->xml, name, "unitCode", EINVOICE_UNIT_PIECE, einvoice_integer_text(ubl->facts, quantity));
}

/* ---- the document's own particulars ---- */

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

static void write_period(const struct ubl *ubl)
{
    if (!ubl->facts->has_period)
        return;
    xml_begin(ubl->xml, "cac:InvoicePeriod");
    write_date(ubl, "cbc:StartDate", ubl->invoice->supply_day);
    write_date(ubl, "cbc:EndDate", ubl->facts->delivery_day);
    xml_end(ubl->xml);
}

static void write_particulars(const struct ubl *ubl)
{
    const struct invoice *invoice = ubl->invoice;
    const struct customization *customization = &customizations[ubl->facts->profile];
    xml_element(ubl->xml, "cbc:CustomizationID", customization->id);
    xml_element(ubl->xml, "cbc:ProfileID", customization->profile_id);
    xml_element(ubl->xml, "cbc:ID", invoice->number);
    write_date(ubl, "cbc:IssueDate", invoice->issue_day);
    if (invoice->kind == DOCUMENT_INVOICE && invoice->due_day != 0)
        write_date(ubl, "cbc:DueDate", invoice->due_day);
    xml_element(ubl->xml, ubl->form->type_element, ubl->form->type_code);
    xml_element(ubl->xml, "cbc:Note", ubl->facts->note);
    xml_element(ubl->xml, "cbc:DocumentCurrencyCode", invoice->currency);
    if (ubl->facts->has_tax_currency)
        xml_element(ubl->xml, "cbc:TaxCurrencyCode", EINVOICE_TAX_CURRENCY);
    xml_element(ubl->xml, "cbc:BuyerReference", invoice->reference);
    write_period(ubl);
    write_order_reference(ubl);
    if (invoice->kind == DOCUMENT_CREDIT_NOTE) {
        xml_begin(ubl->xml, "cac:BillingReference");
        ubl_write_id(ubl, "cac:InvoiceDocumentReference", invoice->credited_number);
        xml_end(ubl->xml);
    }
}

/* ---- delivery and payment ---- */

static void write_delivery(const struct ubl *ubl)
{
    xml_begin(ubl->xml, "cac:Delivery");
    write_date(ubl, "cbc:ActualDeliveryDate", ubl->facts->delivery_day);
    if (ubl->facts->delivery_country != NULL) {
        xml_begin(ubl->xml, "cac:DeliveryLocation");
        xml_begin(ubl->xml, "cac:Address");
        ubl_write_country(ubl, ubl->facts->delivery_country);
        xml_end(ubl->xml);
        xml_end(ubl->xml);
    }
    xml_end(ubl->xml);
}

/* NLCIUS wants neither the account's name (BR-NL-30) nor its bank (BR-NL-31). */
static void write_payment_means(const struct ubl *ubl)
{
    bool bare = ubl->facts->profile == EINVOICE_NLCIUS;
    if (ubl->facts->iban == NULL)
        return;
    xml_begin(ubl->xml, "cac:PaymentMeans");
    xml_element(ubl->xml, "cbc:PaymentMeansCode", EINVOICE_TRANSFER);
    xml_element(ubl->xml, "cbc:PaymentID", ubl->invoice->number);
    xml_begin(ubl->xml, "cac:PayeeFinancialAccount");
    xml_element(ubl->xml, "cbc:ID", ubl->facts->iban);
    if (!bare)
        xml_element(ubl->xml, "cbc:Name", ubl->invoice->seller.name);
    if (!bare && ubl->invoice->seller.bic != NULL)
        ubl_write_id(ubl, "cac:FinancialInstitutionBranch", ubl->invoice->seller.bic);
    xml_end(ubl->xml);
    xml_end(ubl->xml);
}

static void write_payment(const struct ubl *ubl)
{
    write_payment_means(ubl);
    if (ubl->facts->payment_terms == NULL)
        return;
    xml_begin(ubl->xml, "cac:PaymentTerms");
    xml_element(ubl->xml, "cbc:Note", ubl->facts->payment_terms);
    xml_end(ubl->xml);
}

/* ---- VAT and totals ---- */

static void write_tax_category(const struct ubl *ubl, const char *element, const char *category,
                               int64_t rate_basis_points, const char *reason)
{
    xml_begin(ubl->xml, element);
    xml_element(ubl->xml, "cbc:ID", category);
    xml_element(ubl->xml, "cbc:Percent", einvoice_rate_text(ubl->facts, rate_basis_points));
    xml_element(ubl->xml, "cbc:TaxExemptionReason", reason);
    ubl_write_tax_scheme(ubl);
    xml_end(ubl->xml);
}

/* Begins a discount; what is taxed follows on the document's own. */
static void begin_discount(const struct ubl *ubl, int64_t amount_minor, const char *reason)
{
    xml_begin(ubl->xml, "cac:AllowanceCharge");
    xml_element(ubl->xml, "cbc:ChargeIndicator", "false");
    xml_element(ubl->xml, "cbc:AllowanceChargeReason", einvoice_discount_reason(ubl->facts, reason));
    write_amount(ubl, "cbc:Amount", amount_minor);
}

static void write_discounts(const struct ubl *ubl)
{
    for (size_t i = 0; i < ubl->facts->vat_count; i++) {
        const struct einvoice_vat *vat = &ubl->facts->vat[i];
        if (vat->discount_net_minor == 0)
            continue;
        begin_discount(ubl, vat->discount_net_minor, ubl->invoice->discount_reason);
        write_tax_category(ubl, "cac:TaxCategory", vat->category, vat->rate_basis_points, NULL);
        xml_end(ubl->xml);
    }
}

static void write_tax_total(const struct ubl *ubl)
{
    xml_begin(ubl->xml, "cac:TaxTotal");
    write_amount(ubl, "cbc:TaxAmount", ubl->invoice->totals.vat_minor);
    for (size_t i = 0; i < ubl->facts->vat_count; i++) {
        const struct einvoice_vat *vat = &ubl->facts->vat[i];
        xml_begin(ubl->xml, "cac:TaxSubtotal");
        write_amount(ubl, "cbc:TaxableAmount", vat->net_minor);
        write_amount(ubl, "cbc:TaxAmount", vat->vat_minor);
        write_tax_category(ubl, "cac:TaxCategory", vat->category, vat->rate_basis_points, vat->reason);
        xml_end(ubl->xml);
    }
    xml_end(ubl->xml);
    if (!ubl->facts->has_tax_currency)
        return;
    xml_begin(ubl->xml, "cac:TaxTotal");
    xml_element_with(ubl->xml, "cbc:TaxAmount", "currencyID", EINVOICE_TAX_CURRENCY,
                     einvoice_euro_text(ubl->facts, ubl->invoice->exchange.vat_euro_minor));
    xml_end(ubl->xml);
}

static void write_monetary_total(const struct ubl *ubl)
{
    const struct invoice *invoice = ubl->invoice;
    xml_begin(ubl->xml, "cac:LegalMonetaryTotal");
    write_amount(ubl, "cbc:LineExtensionAmount", invoice->totals.lines_net_minor);
    write_amount(ubl, "cbc:TaxExclusiveAmount", invoice->totals.net_minor);
    write_amount(ubl, "cbc:TaxInclusiveAmount", invoice->totals.total_minor);
    if (invoice->totals.discount_net_minor > 0)
        write_amount(ubl, "cbc:AllowanceTotalAmount", invoice->totals.discount_net_minor);
    if (invoice->prepaid_minor > 0)
        write_amount(ubl, "cbc:PrepaidAmount", invoice->prepaid_minor);
    write_amount(ubl, "cbc:PayableAmount", ubl->facts->remaining_minor);
    xml_end(ubl->xml);
}

/* ---- lines ---- */

static void write_price(const struct ubl *ubl, const struct order_line *line)
{
    const struct einvoice_price price = einvoice_price_of(line);
    xml_begin(ubl->xml, "cac:Price");
    write_amount(ubl, "cbc:PriceAmount", price.amount_minor);
    if (price.base_quantity != 1)
        write_quantity(ubl, "cbc:BaseQuantity", price.base_quantity);
    xml_end(ubl->xml);
}

static void write_line(const struct ubl *ubl, size_t position)
{
    const struct order_line *line = &ubl->invoice->lines[position];
    xml_begin(ubl->xml, ubl->form->line);
    xml_element(ubl->xml, "cbc:ID", einvoice_integer_text(ubl->facts, (int64_t)position + 1));
    write_quantity(ubl, ubl->form->quantity, line->quantity);
    write_amount(ubl, "cbc:LineExtensionAmount", line->net_minor);
    if (line->discount_net_minor > 0) {
        begin_discount(ubl, line->discount_net_minor, line->discount_reason);
        xml_end(ubl->xml);
    }
    xml_begin(ubl->xml, "cac:Item");
    xml_element(ubl->xml, "cbc:Name", line->name);
    if (line->sku != NULL)
        ubl_write_id(ubl, "cac:SellersItemIdentification", line->sku);
    write_tax_category(ubl, "cac:ClassifiedTaxCategory", line->vat_category, line->vat_rate_basis_points, NULL);
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
    ubl_write_parties(ubl);
    write_delivery(ubl);
    write_payment(ubl);
    write_discounts(ubl);
    write_tax_total(ubl);
    write_monetary_total(ubl);
    for (size_t i = 0; i < ubl->invoice->lines_count; i++)
        write_line(ubl, i);
    xml_end(ubl->xml);
}

enum status document_render_ubl(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error)
{
    struct einvoice facts;
    enum status status = einvoice_prepare(invoice, arena, &facts, error);
    if (status != STATUS_OK)
        return status;
    struct ubl ubl = {.facts = &facts, .invoice = facts.invoice, .form = &forms[facts.invoice->kind]};
    status = xml_new(&ubl.xml, error);
    if (status != STATUS_OK)
        return status;
    write_document(&ubl);
    status = xml_finish(ubl.xml, arena, bytes, length, error);
    xml_free(ubl.xml);
    return status;
}
