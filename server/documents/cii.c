/*
 * Writes an invoice or credit note as UN/CEFACT Cross Industry Invoice D16B, element by element in the order of the
 * schema. Owns nothing; any thread. It decides nothing: einvoice.c did.
 */
#include "akkoord/documents/cii.h"

#include "akkoord/documents/xml.h"
#include "einvoice.h"

#define NAMESPACE_RSM "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
#define NAMESPACE_RAM "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
#define NAMESPACE_UDT "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
#define NAMESPACE_QDT "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"

#define GUIDELINE   "urn:cen.eu:en16931:2017"
#define DATE_FORMAT "102" /* UNCL2379: YYYYMMDD */

static const char *const type_codes[] = {[DOCUMENT_INVOICE] = "380", [DOCUMENT_CREDIT_NOTE] = "381"}; /* UNCL1001 */

struct cii {
    struct xml *xml;
    const struct einvoice *facts;
    const struct invoice *invoice;
};

/* ---- values ---- */

static void write_date(const struct cii *cii, const char *element, const char *type, int64_t day)
{
    xml_begin(cii->xml, element);
    xml_element_with(cii->xml, type, "format", DATE_FORMAT, einvoice_date_text(cii->facts, false, day));
    xml_end(cii->xml);
}

/* Only the VAT total names its currency (CII-DT-031). */
static void write_amount(const struct cii *cii, const char *element, int64_t amount_minor)
{
    xml_element(cii->xml, element, einvoice_amount_text(cii->facts, amount_minor));
}

static void write_quantity(const struct cii *cii, const char *element, int64_t quantity)
{
    xml_element_with(cii->xml, element, "unitCode", EINVOICE_UNIT_PIECE, einvoice_integer_text(cii->facts, quantity));
}

static void write_within(const struct cii *cii, const char *outer, const char *inner, const char *text)
{
    if (text == NULL)
        return;
    xml_begin(cii->xml, outer);
    xml_element(cii->xml, inner, text);
    xml_end(cii->xml);
}

static void write_id(const struct cii *cii, const char *element, const struct einvoice_id *id)
{
    if (id->scheme != NULL)
        xml_element_with(cii->xml, element, "schemeID", id->scheme, id->id);
    else
        xml_element(cii->xml, element, id->id);
}

/* ---- the document's own particulars ---- */

static void write_context(const struct cii *cii)
{
    xml_begin(cii->xml, "rsm:ExchangedDocumentContext");
    write_within(cii, "ram:GuidelineSpecifiedDocumentContextParameter", "ram:ID", GUIDELINE);
    xml_end(cii->xml);
    xml_begin(cii->xml, "rsm:ExchangedDocument");
    xml_element(cii->xml, "ram:ID", cii->invoice->number);
    xml_element(cii->xml, "ram:TypeCode", type_codes[cii->invoice->kind]);
    write_date(cii, "ram:IssueDateTime", "udt:DateTimeString", cii->invoice->issue_day);
    write_within(cii, "ram:IncludedNote", "ram:Content", cii->facts->note);
    xml_end(cii->xml);
}

/* ---- VAT ---- */

/* The part that a line and a discount need; the caller closes the element. */
static void write_rate(const struct cii *cii, const char *category, int64_t rate_basis_points)
{
    xml_element(cii->xml, "ram:CategoryCode", category);
    xml_element(cii->xml, "ram:RateApplicablePercent", einvoice_rate_text(cii->facts, rate_basis_points));
}

static void write_rate_of(const struct cii *cii, const char *element, const char *category, int64_t rate_basis_points)
{
    xml_begin(cii->xml, element);
    xml_element(cii->xml, "ram:TypeCode", "VAT");
    write_rate(cii, category, rate_basis_points);
    xml_end(cii->xml);
}

static void write_vat(const struct cii *cii)
{
    for (size_t i = 0; i < cii->facts->vat_count; i++) {
        const struct einvoice_vat *vat = &cii->facts->vat[i];
        xml_begin(cii->xml, "ram:ApplicableTradeTax");
        write_amount(cii, "ram:CalculatedAmount", vat->vat_minor);
        xml_element(cii->xml, "ram:TypeCode", "VAT");
        xml_element(cii->xml, "ram:ExemptionReason", vat->reason);
        write_amount(cii, "ram:BasisAmount", vat->net_minor);
        write_rate(cii, vat->category, vat->rate_basis_points);
        xml_end(cii->xml);
    }
}

/* Begins a discount; what is taxed follows on the document's own. */
static void begin_discount(const struct cii *cii, int64_t amount_minor, const char *reason)
{
    xml_begin(cii->xml, "ram:SpecifiedTradeAllowanceCharge");
    write_within(cii, "ram:ChargeIndicator", "udt:Indicator", "false");
    write_amount(cii, "ram:ActualAmount", amount_minor);
    xml_element(cii->xml, "ram:Reason", einvoice_discount_reason(cii->facts, reason));
}

static void write_discounts(const struct cii *cii)
{
    for (size_t i = 0; i < cii->facts->vat_count; i++) {
        const struct einvoice_vat *vat = &cii->facts->vat[i];
        if (vat->discount_net_minor == 0)
            continue;
        begin_discount(cii, vat->discount_net_minor, cii->invoice->discount_reason);
        write_rate_of(cii, "ram:CategoryTradeTax", vat->category, vat->rate_basis_points);
        xml_end(cii->xml);
    }
}

/* ---- lines ---- */

static void write_price(const struct cii *cii, const struct order_line *line)
{
    const struct einvoice_price price = einvoice_price_of(line);
    xml_begin(cii->xml, "ram:SpecifiedLineTradeAgreement");
    xml_begin(cii->xml, "ram:NetPriceProductTradePrice");
    write_amount(cii, "ram:ChargeAmount", price.amount_minor);
    if (price.base_quantity != 1)
        write_quantity(cii, "ram:BasisQuantity", price.base_quantity);
    xml_end(cii->xml);
    xml_end(cii->xml);
}

static void write_line_settlement(const struct cii *cii, const struct order_line *line)
{
    xml_begin(cii->xml, "ram:SpecifiedLineTradeSettlement");
    write_rate_of(cii, "ram:ApplicableTradeTax", line->vat_category, line->vat_rate_basis_points);
    if (line->discount_net_minor > 0) {
        begin_discount(cii, line->discount_net_minor, line->discount_reason);
        xml_end(cii->xml);
    }
    write_within(cii, "ram:SpecifiedTradeSettlementLineMonetarySummation", "ram:LineTotalAmount",
                 einvoice_amount_text(cii->facts, line->net_minor));
    xml_end(cii->xml);
}

static void write_line(const struct cii *cii, size_t position)
{
    const struct order_line *line = &cii->invoice->lines[position];
    xml_begin(cii->xml, "ram:IncludedSupplyChainTradeLineItem");
    write_within(cii, "ram:AssociatedDocumentLineDocument", "ram:LineID",
                 einvoice_integer_text(cii->facts, (int64_t)position + 1));
    xml_begin(cii->xml, "ram:SpecifiedTradeProduct");
    xml_element(cii->xml, "ram:SellerAssignedID", line->sku);
    xml_element(cii->xml, "ram:Name", line->name);
    xml_end(cii->xml);
    write_price(cii, line);
    xml_begin(cii->xml, "ram:SpecifiedLineTradeDelivery");
    write_quantity(cii, "ram:BilledQuantity", line->quantity);
    xml_end(cii->xml);
    write_line_settlement(cii, line);
    xml_end(cii->xml);
}

/* ---- parties ---- */

static void write_address(const struct cii *cii, const struct postal_address *address)
{
    xml_begin(cii->xml, "ram:PostalTradeAddress");
    xml_element(cii->xml, "ram:PostcodeCode", address->postal_code);
    xml_element(cii->xml, "ram:LineOne", address->street);
    xml_element(cii->xml, "ram:CityName", address->city);
    xml_element(cii->xml, "ram:CountryID", address->country);
    xml_end(cii->xml);
}

static void write_contact(const struct cii *cii, const char *person, const char *email)
{
    if (person == NULL && email == NULL)
        return;
    xml_begin(cii->xml, "ram:DefinedTradeContact");
    xml_element(cii->xml, "ram:PersonName", person);
    write_within(cii, "ram:EmailURIUniversalCommunication", "ram:URIID", email);
    xml_end(cii->xml);
}

/* Opens with what is told of both; the caller has begun the element, and ends it. */
static void write_party(const struct cii *cii, const struct einvoice_party *party, const char *name, const char *person,
                        const char *email, const struct postal_address *address)
{
    xml_element(cii->xml, "ram:Name", name);
    if (party->legal.id != NULL) {
        xml_begin(cii->xml, "ram:SpecifiedLegalOrganization");
        write_id(cii, "ram:ID", &party->legal);
        xml_end(cii->xml);
    }
    write_contact(cii, person, email);
    write_address(cii, address);
    if (party->endpoint.id != NULL) {
        xml_begin(cii->xml, "ram:URIUniversalCommunication");
        write_id(cii, "ram:URIID", &party->endpoint);
        xml_end(cii->xml);
    }
    if (party->vat_number != NULL) {
        const struct einvoice_id vat = {.scheme = "VA", .id = party->vat_number};
        xml_begin(cii->xml, "ram:SpecifiedTaxRegistration");
        write_id(cii, "ram:ID", &vat);
        xml_end(cii->xml);
    }
}

/* The buyer's e-mail address stays out, as on the PDF: nobody needs it there. */
static void write_agreement(const struct cii *cii)
{
    const struct invoice *invoice = cii->invoice;
    xml_begin(cii->xml, "ram:ApplicableHeaderTradeAgreement");
    xml_element(cii->xml, "ram:BuyerReference", invoice->reference);
    xml_begin(cii->xml, "ram:SellerTradeParty");
    write_party(cii, &cii->facts->seller, invoice->seller.name, NULL, invoice->seller.email, &invoice->seller.address);
    xml_end(cii->xml);
    xml_begin(cii->xml, "ram:BuyerTradeParty");
    write_party(cii, &cii->facts->buyer, cii->facts->buyer_name, cii->facts->buyer_contact, NULL,
                &invoice->buyer.address);
    xml_end(cii->xml);
    write_within(cii, "ram:SellerOrderReferencedDocument", "ram:IssuerAssignedID", invoice->order_number);
    write_within(cii, "ram:BuyerOrderReferencedDocument", "ram:IssuerAssignedID", invoice->order_number);
    xml_end(cii->xml);
}

/* ---- delivery and payment ---- */

/* Never empty: Factur-X warns about that. */
static void write_delivery(const struct cii *cii)
{
    xml_begin(cii->xml, "ram:ApplicableHeaderTradeDelivery");
    if (cii->facts->delivery_country != NULL) {
        xml_begin(cii->xml, "ram:ShipToTradeParty");
        write_within(cii, "ram:PostalTradeAddress", "ram:CountryID", cii->facts->delivery_country);
        xml_end(cii->xml);
    }
    xml_begin(cii->xml, "ram:ActualDeliverySupplyChainEvent");
    write_date(cii, "ram:OccurrenceDateTime", "udt:DateTimeString", cii->facts->delivery_day);
    xml_end(cii->xml);
    xml_end(cii->xml);
}

static void write_payment_means(const struct cii *cii)
{
    if (cii->facts->iban == NULL)
        return;
    xml_begin(cii->xml, "ram:SpecifiedTradeSettlementPaymentMeans");
    xml_element(cii->xml, "ram:TypeCode", EINVOICE_TRANSFER);
    xml_begin(cii->xml, "ram:PayeePartyCreditorFinancialAccount");
    xml_element(cii->xml, "ram:IBANID", cii->facts->iban);
    xml_element(cii->xml, "ram:AccountName", cii->invoice->seller.name);
    xml_end(cii->xml);
    write_within(cii, "ram:PayeeSpecifiedCreditorFinancialInstitution", "ram:BICID", cii->invoice->seller.bic);
    xml_end(cii->xml);
}

static void write_period(const struct cii *cii)
{
    if (!cii->facts->has_period)
        return;
    xml_begin(cii->xml, "ram:BillingSpecifiedPeriod");
    write_date(cii, "ram:StartDateTime", "udt:DateTimeString", cii->invoice->supply_day);
    write_date(cii, "ram:EndDateTime", "udt:DateTimeString", cii->facts->delivery_day);
    xml_end(cii->xml);
}

static void write_payment_terms(const struct cii *cii)
{
    if (cii->facts->payment_terms == NULL && cii->invoice->due_day == 0)
        return;
    xml_begin(cii->xml, "ram:SpecifiedTradePaymentTerms");
    xml_element(cii->xml, "ram:Description", cii->facts->payment_terms);
    if (cii->invoice->due_day != 0)
        write_date(cii, "ram:DueDateDateTime", "udt:DateTimeString", cii->invoice->due_day);
    xml_end(cii->xml);
}

static void write_summation(const struct cii *cii)
{
    const struct totals *totals = &cii->invoice->totals;
    xml_begin(cii->xml, "ram:SpecifiedTradeSettlementHeaderMonetarySummation");
    write_amount(cii, "ram:LineTotalAmount", totals->lines_net_minor);
    if (totals->discount_net_minor > 0)
        write_amount(cii, "ram:AllowanceTotalAmount", totals->discount_net_minor);
    write_amount(cii, "ram:TaxBasisTotalAmount", totals->net_minor);
    xml_element_with(cii->xml, "ram:TaxTotalAmount", "currencyID", cii->invoice->currency,
                     einvoice_amount_text(cii->facts, totals->vat_minor));
    if (cii->facts->has_tax_currency)
        xml_element_with(cii->xml, "ram:TaxTotalAmount", "currencyID", EINVOICE_TAX_CURRENCY,
                         einvoice_euro_text(cii->facts, cii->invoice->exchange.vat_euro_minor));
    write_amount(cii, "ram:GrandTotalAmount", totals->total_minor);
    if (cii->invoice->prepaid_minor > 0)
        write_amount(cii, "ram:TotalPrepaidAmount", cii->invoice->prepaid_minor);
    write_amount(cii, "ram:DuePayableAmount", cii->facts->remaining_minor);
    xml_end(cii->xml);
}

static void write_credited(const struct cii *cii)
{
    if (cii->invoice->kind != DOCUMENT_CREDIT_NOTE)
        return;
    xml_begin(cii->xml, "ram:InvoiceReferencedDocument");
    xml_element(cii->xml, "ram:IssuerAssignedID", cii->invoice->credited_number);
    if (cii->invoice->credited_day != 0)
        write_date(cii, "ram:FormattedIssueDateTime", "qdt:DateTimeString", cii->invoice->credited_day);
    xml_end(cii->xml);
}

static void write_settlement(const struct cii *cii)
{
    xml_begin(cii->xml, "ram:ApplicableHeaderTradeSettlement");
    if (cii->facts->iban != NULL)
        xml_element(cii->xml, "ram:PaymentReference", cii->invoice->number);
    if (cii->facts->has_tax_currency)
        xml_element(cii->xml, "ram:TaxCurrencyCode", EINVOICE_TAX_CURRENCY);
    xml_element(cii->xml, "ram:InvoiceCurrencyCode", cii->invoice->currency);
    write_payment_means(cii);
    write_vat(cii);
    write_period(cii);
    write_discounts(cii);
    write_payment_terms(cii);
    write_summation(cii);
    write_credited(cii);
    xml_end(cii->xml);
}

/* ---- the whole ---- */

static void write_document(const struct cii *cii)
{
    xml_begin(cii->xml, "rsm:CrossIndustryInvoice");
    xml_attribute(cii->xml, "xmlns:rsm", NAMESPACE_RSM);
    xml_attribute(cii->xml, "xmlns:ram", NAMESPACE_RAM);
    xml_attribute(cii->xml, "xmlns:udt", NAMESPACE_UDT);
    xml_attribute(cii->xml, "xmlns:qdt", NAMESPACE_QDT);
    write_context(cii);
    xml_begin(cii->xml, "rsm:SupplyChainTradeTransaction");
    for (size_t i = 0; i < cii->invoice->lines_count; i++)
        write_line(cii, i);
    write_agreement(cii);
    write_delivery(cii);
    write_settlement(cii);
    xml_end(cii->xml);
    xml_end(cii->xml);
}

enum status document_render_cii(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error)
{
    struct einvoice facts;
    enum status status = einvoice_prepare(invoice, arena, &facts, error);
    if (status != STATUS_OK)
        return status;
    struct cii cii = {.facts = &facts, .invoice = facts.invoice};
    status = xml_new(&cii.xml, error);
    if (status != STATUS_OK)
        return status;
    write_document(&cii);
    status = xml_finish(cii.xml, arena, bytes, length, error);
    xml_free(cii.xml);
    return status;
}
