/*
 * What UBL and CII both have to state, each fact looked up in both: VAT that is not charged, discounts, periods,
 * foreign currencies, addresses in networks. That the whole follows the official rules is proven by tests/conformance.
 */
#include "akkoord/base/clock.h"
#include "akkoord/documents/cii.h"
#include "akkoord/documents/ubl.h"
#include "rule.h"
#include "samples.h"
#include "xml_reading.h"

#define TRADE   "rsm:SupplyChainTradeTransaction/"
#define AGREED  TRADE "ram:ApplicableHeaderTradeAgreement/"
#define SETTLED TRADE "ram:ApplicableHeaderTradeSettlement/"
#define SUMMED  SETTLED "ram:SpecifiedTradeSettlementHeaderMonetarySummation/"
#define LINE    TRADE "ram:IncludedSupplyChainTradeLineItem"

/* The same fact in either syntax; a path that is NULL is not looked at. */
struct fact {
    const char *ubl;
    const char *cii;
    const char *text;
};

static void assert_stated(const struct invoice *invoice, const struct fact *facts, size_t count)
{
    struct xml_reading ubl = xml_read(document_render_ubl, invoice);
    struct xml_reading cii = xml_read(document_render_cii, invoice);
    for (size_t i = 0; i < count; i++) {
        const struct xml_fact in_ubl[] = {{facts[i].ubl, facts[i].text}, {NULL, NULL}};
        const struct xml_fact in_cii[] = {{facts[i].cii, facts[i].text}, {NULL, NULL}};
        xml_assert_facts(&ubl, in_ubl);
        xml_assert_facts(&cii, in_cii);
    }
    assert_int_equal(xml_count_at(&ubl, "//*[not(node())]"), 0); /* PEPPOL-EN16931-R008 */
    assert_int_equal(xml_count_at(&cii, "//*[not(node())]"), 0);
    xml_release(&ubl);
    xml_release(&cii);
}

#define ASSERT_STATED(invoice, facts) assert_stated(invoice, facts, sizeof(facts) / sizeof((facts)[0]))

/* ---- VAT ---- */

/* The law's own words and the article, in the invoice's language; how they are put is not held. */
struct ground_case {
    const char *category;
    enum vat_ground ground;
    enum language language;
    const char *word;
    const char *article;
};

static const struct ground_case grounds[] = {
    {"E", VAT_GROUND_EXEMPT, LANGUAGE_NL, "Vrijgesteld van btw", "artikel 11 Wet op de omzetbelasting 1968"},
    {"E", VAT_GROUND_EXEMPT, LANGUAGE_EN, "Exempt from VAT",
     "article 11 of the Dutch VAT Act 1968 (Wet op de omzetbelasting 1968)"},
    {"E", VAT_GROUND_SMALL_BUSINESS, LANGUAGE_NL, "kleineondernemersregeling", "artikel 25 Wet"},
    {"E", VAT_GROUND_SMALL_BUSINESS, LANGUAGE_EN, "small business", "article 25 of the Dutch VAT Act 1968 (Wet"},
    {"AE", VAT_GROUND_DOMESTIC_REVERSE_CHARGE, LANGUAGE_NL, "Btw verlegd", "artikel 12 lid 5 Wet"},
    {"AE", VAT_GROUND_DOMESTIC_REVERSE_CHARGE, LANGUAGE_EN, "Reverse charge",
     "article 12(5) of the Dutch VAT Act 1968 (Wet"},
    {"AE", VAT_GROUND_REVERSE_CHARGE, LANGUAGE_NL, "Btw verlegd", "artikel 44 en 196 Richtlijn 2006/112/EG"},
    {"AE", VAT_GROUND_REVERSE_CHARGE, LANGUAGE_EN, "Reverse charge", "articles 44 and 196 Directive 2006/112/EC"},
    {"AE", VAT_GROUND_NONE, LANGUAGE_NL, "Btw verlegd", "artikel 44 en 196"}, /* sealed before grounds were kept */
    {"K", VAT_GROUND_INTRA_COMMUNITY, LANGUAGE_NL, "Intracommunautaire levering", "artikel 138 Richtlijn"},
    {"K", VAT_GROUND_INTRA_COMMUNITY, LANGUAGE_EN, "Intra-Community supply", "article 138 Directive"},
    {"G", VAT_GROUND_EXPORT, LANGUAGE_NL, "Uitvoer", "artikel 146 Richtlijn"},
    {"G", VAT_GROUND_EXPORT, LANGUAGE_EN, "Export", "article 146 Directive"},
    {"G", VAT_GROUND_OUTSIDE_UNION, LANGUAGE_NL, "buiten de Unie", "artikel 44, 58 en 59 Richtlijn"},
    {"G", VAT_GROUND_OUTSIDE_UNION, LANGUAGE_EN, "outside the Union", "articles 44, 58 and 59 Directive"},
};

static void test_grounds(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof(grounds) / sizeof(grounds[0]); i++) {
        const struct ground_case *one = &grounds[i];
        const char *said = arena_format(arena, "[contains(., '%s') and contains(., '%s')]", one->word, one->article);
        const struct fact facts[] = {
            {arena_format(arena, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory[cbc:TaxExemptionReason%s]/cbc:ID", said),
             arena_format(arena, SETTLED "ram:ApplicableTradeTax[ram:ExemptionReason%s]/ram:CategoryCode", said),
             one->category},
            {"cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:ID",
             LINE "/ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode", one->category},
            {"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReasonCode",
             SETTLED "ram:ApplicableTradeTax/ram:ExemptionReasonCode", ""}, /* NLCIUS warns about it */
        };
        const struct invoice invoice = sample_untaxed_invoice(arena, one->language, one->category, one->ground);
        ASSERT_STATED(&invoice, facts);
    }
    static const struct fact zero_rated[] = {{"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReason",
                                              SETTLED "ram:ApplicableTradeTax/ram:ExemptionReason", ""}};
    const struct invoice invoice = sample_untaxed_invoice(arena, LANGUAGE_NL, "Z", VAT_GROUND_NONE);
    ASSERT_STATED(&invoice, zero_rated);
    arena_free(arena);
}

static void test_one_stop_shop(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"cbc:Note[contains(., 'VAT of ') and contains(., 'one-stop shop')]/../cbc:ID",
         "rsm:ExchangedDocument[ram:IncludedNote/ram:Content[contains(., 'VAT of ') and contains(., 'one-stop "
         "shop')]]/ram:ID",
         "2026-000042"},
        {"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent",
         SETTLED "ram:ApplicableTradeTax/ram:RateApplicablePercent", "19.00"},
        {"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReason",
         SETTLED "ram:ApplicableTradeTax/ram:ExemptionReason", ""},
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_EN, 1);
    struct order_line line = invoice.lines[0];
    line.vat_rate_basis_points = 1900;
    invoice.lines = &line;
    invoice.totals.vat_minor = 19;
    invoice.totals.total_minor = 119;
    invoice.totals.subtotals[0] =
        (struct vat_subtotal){"S", 1900, 100, 19, .ground = VAT_GROUND_ONE_STOP_SHOP, .country = "DE"};
    ASSERT_STATED(&invoice, facts);
    arena_free(arena);
}

static void test_goods_name_their_destination(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode",
         TRADE "ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID", "BE"},
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_untaxed_invoice(arena, LANGUAGE_NL, "K", VAT_GROUND_INTRA_COMMUNITY);
    invoice.buyer.address.country = "BE";
    invoice.buyer.vat_number = "BE0123456749";
    ASSERT_STATED(&invoice, facts);
    arena_free(arena);
}

/* ---- discounts, periods, terms, currencies ---- */

static void test_discounts(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"cac:InvoiceLine[2]/cac:AllowanceCharge/cbc:Amount",
         LINE "[2]/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount", "10.00"},
        {"cac:InvoiceLine[2]/cac:AllowanceCharge/cbc:AllowanceChargeReason",
         LINE "[2]/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge/ram:Reason", "Summer sale"},
        {"cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount",
         LINE "[2]/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount", "25.00"},
        {"cac:InvoiceLine[1]/cac:AllowanceCharge",
         LINE "[1]/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge", ""},
        {"cac:AllowanceCharge[1]/cbc:Amount", SETTLED "ram:SpecifiedTradeAllowanceCharge[1]/ram:ActualAmount", "67.00"},
        {"cac:AllowanceCharge[1]/cac:TaxCategory/cbc:Percent",
         SETTLED "ram:SpecifiedTradeAllowanceCharge[1]/ram:CategoryTradeTax/ram:RateApplicablePercent", "21.00"},
        {"cac:AllowanceCharge[1]/cbc:ChargeIndicator",
         SETTLED "ram:SpecifiedTradeAllowanceCharge[1]/ram:ChargeIndicator/udt:Indicator", "false"},
        {"cac:AllowanceCharge[2]/cbc:Amount", SETTLED "ram:SpecifiedTradeAllowanceCharge[2]/ram:ActualAmount", "5.75"},
        {"cac:AllowanceCharge[2]/cbc:AllowanceChargeReason", SETTLED "ram:SpecifiedTradeAllowanceCharge[2]/ram:Reason",
         "Discount"}, /* none was given, and the rules want one */
        {"cac:LegalMonetaryTotal/cbc:LineExtensionAmount", SUMMED "ram:LineTotalAmount", "1455.00"},
        {"cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount", SUMMED "ram:AllowanceTotalAmount", "72.75"},
        {"cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount", SUMMED "ram:TaxBasisTotalAmount", "1382.25"},
        {"cac:TaxTotal/cbc:TaxAmount", SUMMED "ram:TaxTotalAmount", "277.16"},
        {"cac:LegalMonetaryTotal/cbc:PayableAmount", SUMMED "ram:DuePayableAmount", "1659.41"},
        {"cbc:DueDate", NULL, "2026-12-07"},
        {NULL, SETTLED "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString[@format='102']",
         "20261207"},
    };
    struct arena *arena = arena_new();
    const struct invoice invoice = sample_reduced_invoice(arena, LANGUAGE_EN);
    ASSERT_STATED(&invoice, facts);
    arena_free(arena);
}

static void test_period(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"cac:InvoicePeriod/cbc:StartDate", NULL, "2026-11-22"},
        {"cac:InvoicePeriod/cbc:EndDate", NULL, "2026-12-21"},
        {"cac:Delivery/cbc:ActualDeliveryDate", NULL, "2026-12-21"},
        {NULL, SETTLED "ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString", "20261122"},
        {NULL, SETTLED "ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString", "20261221"},
        {NULL,
         TRADE "ram:ApplicableHeaderTradeDelivery/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/"
               "udt:DateTimeString",
         "20261221"},
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    invoice.supply_end_day = clock_days_from_date(2026, 12, 21);
    ASSERT_STATED(&invoice, facts);
    arena_free(arena);
}

static void test_foreign_currency(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"cbc:DocumentCurrencyCode", SETTLED "ram:InvoiceCurrencyCode", "USD"},
        {"cbc:TaxCurrencyCode", SETTLED "ram:TaxCurrencyCode", "EUR"},
        {"cac:TaxTotal/cbc:TaxAmount[@currencyID='USD']", SUMMED "ram:TaxTotalAmount[@currencyID='USD']", "293.85"},
        {"cac:TaxTotal[2]/cbc:TaxAmount[@currencyID='EUR']", SUMMED "ram:TaxTotalAmount[@currencyID='EUR']", "271.23"},
        {"cac:TaxTotal[2]/cac:TaxSubtotal", NULL, ""},
        {"cbc:Note", "rsm:ExchangedDocument/ram:IncludedNote/ram:Content",
         "1 EUR = 1,0834 USD (Europese Centrale Bank, 20\u00a0november\u00a02026)"},
        {"cbc:CustomizationID[contains(., 'poacc:billing:3.0')]/../cbc:ID", NULL, "2026-000042"},
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    memcpy(invoice.currency, "USD", sizeof("USD"));
    invoice.exchange = (struct exchange){1083400, clock_days_from_date(2026, 11, 20), 27123, 162346};
    ASSERT_STATED(&invoice, facts);
    arena_free(arena);
}

/* ---- buyers ---- */

#define NLCIUS "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"
#define PEPPOL "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
#define PLAIN  "urn:cen.eu:en16931:2017"

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *country;
        const char *kvk_number;
        const char *oin;
        const char *vat_number;
        const char *scheme;
        const char *address;
        const char *specification;
    } buyers[] = {
        {"NL", "8765 4321", NULL, NULL, "0106", "87654321", NLCIUS},
        {"NL", NULL, "00000001234567890000", NULL, "0190", "00000001234567890000", NLCIUS},
        {"NL", NULL, NULL, "NL009999999B99", "9944", "NL009999999B99", PLAIN}, /* NL-R-005 wants a KvK number */
        {"NL", "1234", NULL, NULL, NULL, "", PLAIN},
        {"DE", NULL, NULL, "DE 136 695 976", "9930", "DE136695976", PEPPOL},
        {"GR", NULL, NULL, "EL094259216", "9933", "EL094259216", PEPPOL},
        {"IT", NULL, NULL, "IT00000010215", "0211", "IT00000010215", PEPPOL},
        {"DK", NULL, NULL, "DK13585628", "0184", "DK13585628", PEPPOL},
        {"DK", NULL, NULL, "DK1358562", NULL, "", PLAIN},
        {"FI", NULL, NULL, "FI01234561", "0216", "003701234561", PEPPOL},
        {"SE", NULL, NULL, "SE123456789701", "0007", "1234567897", PEPPOL},
        {"SE", NULL, NULL, "SE123456789801", NULL, "", PLAIN}, /* its last digit is wrong */
        {"US", NULL, NULL, "12-3456789", NULL, "", PLAIN},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof(buyers) / sizeof(buyers[0]); i++) {
        struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
        invoice.buyer.address.country = buyers[i].country;
        invoice.buyer.kvk_number = buyers[i].kvk_number;
        invoice.buyer.oin = buyers[i].oin;
        invoice.buyer.vat_number = buyers[i].vat_number;
        const char *scheme = buyers[i].scheme != NULL ? buyers[i].scheme : "";
        const struct fact facts[] = {
            {"cac:AccountingCustomerParty/cac:Party/cbc:EndpointID",
             AGREED "ram:BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID", buyers[i].address},
            {"cac:AccountingCustomerParty/cac:Party/cbc:EndpointID/@schemeID",
             AGREED "ram:BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID/@schemeID", scheme},
            {"cbc:CustomizationID", NULL, buyers[i].specification},
            {NULL, "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", PLAIN},
        };
        ASSERT_STATED(&invoice, facts);
    }
    arena_free(arena);
}

/* Each lacks one thing that a network asks of a Dutch business. */
static void test_what_networks_ask(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice good = sample_invoice(arena, LANGUAGE_NL);
    struct invoice cases[6];
    for (size_t i = 0; i < 6; i++)
        cases[i] = good;
    cases[0].buyer.company = NULL;
    cases[1].buyer.address.street = NULL;
    cases[2].buyer.address.postal_code = NULL;
    cases[3].seller.kvk_number = NULL;
    cases[4].reference = cases[4].order_number = NULL;
    cases[5].prepaid_minor = 0; /* what is due has no account */
    cases[5].seller.iban = NULL;
    for (size_t i = 0; i < 6; i++) {
        static const struct fact facts[] = {{"cbc:CustomizationID", NULL, PLAIN}, {"cbc:ProfileID", NULL, ""}};
        ASSERT_STATED(&cases[i], facts);
    }
    static const struct fact facts[] = {{"cbc:CustomizationID", NULL, PEPPOL}};
    struct invoice unpaid = sample_credit_note(arena, LANGUAGE_NL); /* NLCIUS would want an account on it */
    unpaid.prepaid_minor = 0;
    ASSERT_STATED(&unpaid, facts);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("VAT that is not charged comes with its ground as a text, in the invoice's language, and never as a code",
             test_grounds),
        RULE("another member state's VAT stands at its own rate, with a note whose it is", test_one_stop_shop),
        RULE("goods to another member state name the country they went to", test_goods_name_their_destination),
        RULE("discounts stand on their line, and on the document for each rate, always with a reason", test_discounts),
        RULE("a period of supply has both its days, and its last is the day of supply", test_period),
        RULE("a foreign currency comes with the VAT in euros and the rate by which it was found",
             test_foreign_currency),
        RULE("a business is addressed by its number, in the scheme that the network has for it", test_addresses),
        RULE("what lacks something that a network asks is a plain document, never a wrong one", test_what_networks_ask),
    };
    return cmocka_run_group_tests_name("documents: einvoice", tests, NULL, NULL);
}
