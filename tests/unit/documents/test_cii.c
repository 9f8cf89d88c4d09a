/*
 * What stands where in a CII, and what is refused. Facts that UBL states too are in test_einvoice.c; that the whole
 * follows the official rules is proven by tests/conformance.
 */
#include "akkoord/documents/cii.h"

#include "akkoord/domain/tax.h"
#include "rule.h"
#include "samples.h"
#include "xml_reading.h"

#define TRADE   "rsm:SupplyChainTradeTransaction/"
#define AGREED  TRADE "ram:ApplicableHeaderTradeAgreement/"
#define SELLER  AGREED "ram:SellerTradeParty/"
#define BUYER   AGREED "ram:BuyerTradeParty/"
#define SETTLED TRADE "ram:ApplicableHeaderTradeSettlement/"
#define SUMMED  SETTLED "ram:SpecifiedTradeSettlementHeaderMonetarySummation/"
#define LINE    TRADE "ram:IncludedSupplyChainTradeLineItem"
#define PRICE   "/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/"

static struct xml_reading read_invoice(const struct invoice *invoice)
{
    return xml_read(document_render_cii, invoice);
}

static void test_invoice(void **state)
{
    (void)state;
    static const struct xml_fact facts[] = {
        {"rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
         "urn:cen.eu:en16931:2017"},
        {"rsm:ExchangedDocument/ram:ID", "2026-000042"},
        {"rsm:ExchangedDocument/ram:TypeCode", "380"},
        {"rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString[@format='102']", "20261123"},
        {AGREED "ram:BuyerReference", "PO 4711 / website"},
        {AGREED "ram:SellerOrderReferencedDocument/ram:IssuerAssignedID", "A-000123"},
        {AGREED "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", "A-000123"},
        {SELLER "ram:Name", "Sample Studio"},
        {SELLER "ram:SpecifiedLegalOrganization/ram:ID[@schemeID='0106']", "12345678"},
        {SELLER "ram:PostalTradeAddress/ram:LineOne", "Voorbeeldstraat 1"},
        {SELLER "ram:PostalTradeAddress/ram:CountryID", "NL"},
        {SELLER "ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID", "billing@example.com"},
        {SELLER "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']", "NL001234567B01"},
        {BUYER "ram:Name", "Example Company B.V."},
        {BUYER "ram:DefinedTradeContact/ram:PersonName", "Sample Customer"},
        {BUYER "ram:PostalTradeAddress/ram:PostcodeCode", "9999 ZZ"},
        {BUYER "ram:PostalTradeAddress/ram:CityName", "Groningen"},
        {BUYER "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']", "NL009999999B99"},
        {TRADE "ram:ApplicableHeaderTradeDelivery/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/"
               "udt:DateTimeString[@format='102']",
         "20261122"},
        {SETTLED "ram:InvoiceCurrencyCode", "EUR"},
        {SETTLED "ram:ApplicableTradeTax[1]/ram:CalculatedAmount", "283.50"},
        {SETTLED "ram:ApplicableTradeTax[1]/ram:BasisAmount", "1350.00"},
        {SETTLED "ram:ApplicableTradeTax[2]/ram:RateApplicablePercent", "9.00"},
        {SUMMED "ram:LineTotalAmount", "1465.00"},
        {SUMMED "ram:TaxBasisTotalAmount", "1465.00"},
        {SUMMED "ram:TaxTotalAmount[@currencyID='EUR']", "293.85"},
        {SUMMED "ram:GrandTotalAmount", "1758.85"},
        {SUMMED "ram:TotalPrepaidAmount", "1758.85"},
        {SUMMED "ram:DuePayableAmount", "0.00"},
        {LINE "[2]/ram:AssociatedDocumentLineDocument/ram:LineID", "2"},
        {LINE "[2]/ram:SpecifiedLineTradeDelivery/ram:BilledQuantity[@unitCode='C62']", "4"},
        {LINE "[2]" PRICE "ram:ChargeAmount", "25.00"},
        {LINE "[3]/ram:SpecifiedTradeProduct/ram:SellerAssignedID", "book"},
        {LINE "[3]/ram:SpecifiedTradeProduct/ram:Name", "Stijlboek, gedrukt"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    const struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    struct xml_reading reading = read_invoice(&invoice);
    xml_assert_facts(&reading, facts);
    assert_int_equal(xml_count_at(&reading, "//ram:IncludedSupplyChainTradeLineItem"), 3);
    assert_int_equal(xml_count_at(&reading, "//ram:SpecifiedTradeSettlementPaymentMeans"), 0);
    assert_null(strstr((const char *)reading.bytes, "customer@example.com"));
    xml_release(&reading);
    arena_free(arena);
}

static void test_credit_note(void **state)
{
    (void)state;
    static const struct xml_fact facts[] = {
        {"rsm:ExchangedDocument/ram:ID", "CN2026-000007"},
        {"rsm:ExchangedDocument/ram:TypeCode", "381"},
        {SETTLED "ram:InvoiceReferencedDocument/ram:IssuerAssignedID", "2026-000042"},
        {SETTLED "ram:InvoiceReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString[@format='102']",
         "20261123"},
        {SUMMED "ram:GrandTotalAmount", "1758.85"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    const struct invoice note = sample_credit_note(arena, LANGUAGE_NL);
    struct xml_reading reading = read_invoice(&note);
    xml_assert_facts(&reading, facts);
    xml_release(&reading);
    arena_free(arena);
}

static void test_what_remains_due(void **state)
{
    (void)state;
    static const struct xml_fact facts[] = {
        {SETTLED "ram:PaymentReference", "2026-000042"},
        {SETTLED "ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", "58"},
        {SETTLED "ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
         "NL02ABNA0123456789"},
        {SETTLED "ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID",
         "ABNANL2A"},
        {SETTLED "ram:SpecifiedTradePaymentTerms/ram:Description",
         "Please transfer €758.85 to NL02\u00a0ABNA\u00a00123\u00a04567\u00a089 in the name of Sample "
         "Studio, mentioning 2026-000042."},
        {SUMMED "ram:DuePayableAmount", "758.85"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_EN);
    invoice.seller.bic = "ABNANL2A";
    invoice.prepaid_minor = 100000;
    struct xml_reading reading = read_invoice(&invoice);
    xml_assert_facts(&reading, facts);
    xml_release(&reading);
    arena_free(arena);
}

static void test_gross_prices(void **state)
{
    (void)state;
    static const struct xml_fact facts[] = {
        /* 2 x 99.99 with 21%: net 165.27 of 199.98, which no unit price of whole cents gives. */
        {LINE PRICE "ram:ChargeAmount", "165.27"},
        {LINE PRICE "ram:BasisQuantity[@unitCode='C62']", "2"},
        {LINE "/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
         "165.27"},
        {SUMMED "ram:GrandTotalAmount", "199.98"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    struct order_line line = {.name = "A",
                              .quantity = 2,
                              .unit_price_minor = 9999,
                              .vat_category = "S",
                              .vat_rate_basis_points = 2100,
                              .price_includes_vat = true};
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    assert_int_equal(tax_compute_totals(&line, 1, &invoice.totals, NULL), STATUS_OK);
    invoice.lines = &line;
    invoice.lines_count = 1;
    struct xml_reading reading = read_invoice(&invoice);
    xml_assert_facts(&reading, facts);
    xml_release(&reading);
    arena_free(arena);
}

static void test_any_text(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"<b>A & B</b> ]]> \"&amp;\"", "<b>A & B</b> ]]> \"&amp;\""},
        {"one\r\n\ttwo\x01\x0b\x1f three", "one two three"},
        {"bad \xff byte, \xef\xbf\xbe noncharacter", "bad \xef\xbf\xbd byte, \xef\xbf\xbd noncharacter"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct invoice invoice = sample_invoice_of_text(arena, texts[i][0]);
        struct xml_reading reading = read_invoice(&invoice);
        assert_string_equal(xml_text_at(&reading, LINE "/ram:SpecifiedTradeProduct/ram:Name"), texts[i][1]);
        assert_string_equal(xml_text_at(&reading, BUYER "ram:Name"), texts[i][1]);
        xml_release(&reading);
    }
    arena_free(arena);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, 200);
    struct xml_reading first = read_invoice(&invoice);
    struct xml_reading second = read_invoice(&invoice);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    xml_release(&first);
    xml_release(&second);
    arena_free(arena);
}

/* Those of test_ubl.c, by the same check: one of each is enough. */
static void test_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice cases[3];
    static const char *const codes[] = {"document_incomplete", "vat_category_unsupported", "document_amounts"};
    cases[0] = sample_untaxed_invoice(arena, LANGUAGE_NL, "AE", VAT_GROUND_REVERSE_CHARGE);
    cases[0].buyer.vat_number = "87654321";
    cases[1] = sample_untaxed_invoice(arena, LANGUAGE_NL, "O", VAT_GROUND_NONE);
    cases[2] = sample_invoice(arena, LANGUAGE_NL);
    cases[2].totals.subtotals[0].net_minor += 1;
    cases[2].totals.subtotals[1].net_minor -= 1;
    for (size_t i = 0; i < 3; i++) {
        const uint8_t *bytes = NULL;
        size_t length = 0;
        struct error error = {.status = STATUS_OK};
        assert_int_not_equal(document_render_cii(&cases[i], arena, &bytes, &length, &error), STATUS_OK);
        assert_string_equal(error.code, codes[i]);
        assert_null(bytes);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("an invoice states every fact in its place", test_invoice),
        RULE("a credit note names its invoice and the day of that", test_credit_note),
        RULE("what remains due comes with an account and terms", test_what_remains_due),
        RULE("a price with VAT gives a net price that is exact for the whole line", test_gross_prices),
        RULE("any text that people type gives well-formed XML with the same text", test_any_text),
        RULE("the same invoice gives the same bytes", test_same_bytes),
        RULE("what could not be a valid document is refused", test_refused),
    };
    return cmocka_run_group_tests_name("documents: cii", tests, NULL, NULL);
}
