/*
 * What stands in an electronic document, and what is refused. Whether the whole of it follows the official rules is
 * proven by tests/conformance.
 */
#include <pthread.h>

#include "akkoord/documents/prepare.h"
#include "akkoord/documents/ubl.h"
#include "akkoord/domain/tax.h"
#include "rule.h"
#include "samples.h"
#include "xml_reading.h"

#define SELLER "cac:AccountingSupplierParty/cac:Party/"
#define BUYER  "cac:AccountingCustomerParty/cac:Party/"

static struct xml_reading read_invoice(const struct invoice *invoice)
{
    return xml_read(document_render_ubl, invoice);
}

/* ---- facts ---- */

static void test_invoice(void **state)
{
    (void)state;
    static const struct xml_fact facts[] = {
        {"cbc:CustomizationID", "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"},
        {"cbc:ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"},
        {SELLER "cbc:EndpointID[@schemeID='0106']", "12345678"},
        {BUYER "cbc:EndpointID[@schemeID='0106']", "87654321"},
        {"cbc:ID", "2026-000042"},
        {"cbc:IssueDate", "2026-11-23"},
        {"cbc:InvoiceTypeCode", "380"},
        {"cbc:DocumentCurrencyCode", "EUR"},
        {"cbc:BuyerReference", "PO 4711 / website"},
        {"cac:OrderReference/cbc:ID", "A-000123"},
        {"cac:OrderReference/cbc:SalesOrderID", "A-000123"},
        {SELLER "cac:PostalAddress/cbc:StreetName", "Voorbeeldstraat 1"},
        {SELLER "cac:PostalAddress/cac:Country/cbc:IdentificationCode", "NL"},
        {SELLER "cac:PartyTaxScheme/cbc:CompanyID", "NL001234567B01"},
        {SELLER "cac:PartyLegalEntity/cbc:RegistrationName", "Sample Studio"},
        {SELLER "cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0106']", "12345678"},
        {SELLER "cac:Contact/cbc:ElectronicMail", "billing@example.com"},
        {BUYER "cac:PostalAddress/cbc:CityName", "Groningen"},
        {BUYER "cac:PostalAddress/cbc:PostalZone", "9999 ZZ"},
        {BUYER "cac:PartyTaxScheme/cbc:CompanyID", "NL009999999B99"},
        {BUYER "cac:PartyLegalEntity/cbc:RegistrationName", "Example Company B.V."},
        {BUYER "cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0106']", "87654321"},
        {BUYER "cac:Contact/cbc:Name", "Sample Customer"},
        {"cac:Delivery/cbc:ActualDeliveryDate", "2026-11-22"},
        {"cac:TaxTotal/cbc:TaxAmount[@currencyID='EUR']", "293.85"},
        {"cac:TaxTotal/cac:TaxSubtotal[1]/cbc:TaxableAmount", "1350.00"},
        {"cac:TaxTotal/cac:TaxSubtotal[1]/cbc:TaxAmount", "283.50"},
        {"cac:TaxTotal/cac:TaxSubtotal[1]/cac:TaxCategory/cbc:ID", "S"},
        {"cac:TaxTotal/cac:TaxSubtotal[2]/cac:TaxCategory/cbc:Percent", "9.00"},
        {"cac:TaxTotal/cac:TaxSubtotal[2]/cbc:TaxAmount", "10.35"},
        {"cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "1465.00"},
        {"cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount", "1465.00"},
        {"cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "1758.85"},
        {"cac:LegalMonetaryTotal/cbc:PrepaidAmount", "1758.85"},
        {"cac:LegalMonetaryTotal/cbc:PayableAmount", "0.00"},
        {"cac:InvoiceLine[2]/cbc:ID", "2"},
        {"cac:InvoiceLine[2]/cbc:InvoicedQuantity[@unitCode='C62']", "4"},
        {"cac:InvoiceLine[2]/cbc:LineExtensionAmount", "100.00"},
        {"cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount", "25.00"},
        {"cac:InvoiceLine[3]/cac:Item/cbc:Name", "Stijlboek, gedrukt"},
        {"cac:InvoiceLine[3]/cac:Item/cac:SellersItemIdentification/cbc:ID", "book"},
        {"cac:InvoiceLine[3]/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent", "9.00"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    struct xml_reading reading = read_invoice(&invoice);
    xml_assert_facts(&reading, facts);
    assert_int_equal(xml_count_at(&reading, "/*/cac:InvoiceLine"), 3);
    assert_string_equal((const char *)xmlDocGetRootElement(reading.document)->name, "Invoice");
    xml_release(&reading);
    arena_free(arena);
}

static void test_credit_note(void **state)
{
    (void)state;
    static const struct xml_fact facts[] = {
        {"cbc:ID", "CN2026-000007"},
        {"cbc:IssueDate", "2026-12-02"},
        {"cbc:CreditNoteTypeCode", "381"},
        {"cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID", "2026-000042"},
        {"cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate", ""},
        {"cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "1758.85"},
        {"cac:LegalMonetaryTotal/cbc:PayableAmount", "0.00"},
        {"cac:CreditNoteLine[2]/cbc:CreditedQuantity", "4"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    struct invoice note = sample_credit_note(arena, LANGUAGE_NL);
    struct xml_reading reading = read_invoice(&note);
    xml_assert_facts(&reading, facts);
    assert_string_equal((const char *)xmlDocGetRootElement(reading.document)->name, "CreditNote");
    assert_int_equal(xml_count_at(&reading, "//cac:InvoiceLine | //cbc:InvoiceTypeCode"), 0);
    xml_release(&reading);

    note.prepaid_minor = 0;
    reading = read_invoice(&note);
    assert_int_equal(xml_count_at(&reading, "//cac:PaymentMeans"), 0);
    assert_string_equal(xml_text_at(&reading, "cac:LegalMonetaryTotal/cbc:PayableAmount"), "1758.85");
    xml_release(&reading);
    arena_free(arena);
}

static void test_consumer(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    invoice.buyer.company = invoice.buyer.kvk_number = invoice.buyer.vat_number = NULL;
    invoice.order_number = invoice.reference = NULL;
    struct xml_reading reading = read_invoice(&invoice);
    assert_string_equal(xml_text_at(&reading, BUYER "cac:PartyLegalEntity/cbc:RegistrationName"), "Sample Customer");
    assert_int_equal(xml_count_at(&reading, "/*/" BUYER "cac:Contact"), 0);
    assert_int_equal(xml_count_at(&reading, "/*/" BUYER "cac:PartyTaxScheme"), 0);
    assert_int_equal(xml_count_at(&reading, "//cbc:BuyerReference | //cac:OrderReference"), 0);
    assert_int_equal(xml_count_at(&reading, "//*[not(node())]"), 0);
    assert_null(strstr((const char *)reading.bytes, "customer@example.com"));
    xml_release(&reading);
    arena_free(arena);
}

static void test_what_remains_due(void **state)
{
    (void)state;
    static const struct xml_fact due[] = {
        {"cac:PaymentMeans/cbc:PaymentMeansCode", "58"},
        {"cac:PaymentMeans/cbc:PaymentID", "2026-000042"},
        {"cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", "NL02ABNA0123456789"},
        {"cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:Name", ""}, /* NLCIUS warns */
        {"cac:PaymentTerms/cbc:Note",
         "Please transfer €758.85 to NL02\u00a0ABNA\u00a00123\u00a04567\u00a089 in the name of Sample "
         "Studio, mentioning 2026-000042."},
        {"cac:LegalMonetaryTotal/cbc:PrepaidAmount", "1000.00"},
        {"cac:LegalMonetaryTotal/cbc:PayableAmount", "758.85"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_EN);
    invoice.seller.iban = "NL02 ABNA 0123 4567 89";
    invoice.prepaid_minor = 100000;
    struct xml_reading reading = read_invoice(&invoice);
    xml_assert_facts(&reading, due);
    xml_release(&reading);

    invoice.prepaid_minor = 0;
    reading = read_invoice(&invoice);
    assert_int_equal(xml_count_at(&reading, "//cbc:PrepaidAmount"), 0);
    assert_string_equal(xml_text_at(&reading, "cac:LegalMonetaryTotal/cbc:PayableAmount"), "1758.85");
    xml_release(&reading);

    invoice.prepaid_minor = 200000;
    reading = read_invoice(&invoice);
    assert_int_equal(xml_count_at(&reading, "//cac:PaymentMeans | //cac:PaymentTerms"), 0);
    assert_string_equal(xml_text_at(&reading, "cac:LegalMonetaryTotal/cbc:PayableAmount"), "-241.15");
    xml_release(&reading);
    arena_free(arena);
}

static void test_gross_prices(void **state)
{
    (void)state;
    static const struct xml_fact facts[] = {
        /* 2 x 99.99 with 21%: net 165.27 of 199.98, which no unit price of whole cents gives. */
        {"cac:InvoiceLine[1]/cbc:LineExtensionAmount", "165.27"},
        {"cac:InvoiceLine[1]/cac:Price/cbc:PriceAmount", "165.27"},
        {"cac:InvoiceLine[1]/cac:Price/cbc:BaseQuantity[@unitCode='C62']", "2"},
        {"cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount", "100.00"},
        {"cac:InvoiceLine[2]/cac:Price/cbc:BaseQuantity", ""},
        {"cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "441.98"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    struct order_line lines[] = {
        {.sku = "a",
         .name = "A",
         .quantity = 2,
         .unit_price_minor = 9999,
         .vat_category = "S",
         .vat_rate_basis_points = 2100,
         .price_includes_vat = true},
        {.sku = "b",
         .name = "B",
         .quantity = 2,
         .unit_price_minor = 12100,
         .vat_category = "S",
         .vat_rate_basis_points = 2100,
         .price_includes_vat = true},
    };
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    assert_int_equal(tax_compute_totals(lines, 2, &invoice.totals, NULL), STATUS_OK);
    invoice.lines = lines;
    invoice.lines_count = 2;
    struct xml_reading reading = read_invoice(&invoice);
    xml_assert_facts(&reading, facts);
    xml_release(&reading);
    arena_free(arena);
}

static void test_any_text(void **state)
{
    (void)state;
    static const struct xml_fact texts[] = {
        {"<b>A & B</b> ]]> \"&amp;\"", "<b>A & B</b> ]]> \"&amp;\""},
        {"one\r\n\ttwo\x01\x0b\x1f three", "one two three"},
        {"bad \xff byte, \xef\xbf\xbe noncharacter", "bad \xef\xbf\xbd byte, \xef\xbf\xbd noncharacter"},
        {"\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x8e\x89", "\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x8e\x89"},
        {NULL, NULL},
    };
    struct arena *arena = arena_new();
    for (const struct xml_fact *fact = texts; fact->path != NULL; fact++) {
        struct invoice invoice = sample_invoice_of_text(arena, fact->path);
        struct xml_reading reading = read_invoice(&invoice);
        assert_string_equal(xml_text_at(&reading, "cac:InvoiceLine/cac:Item/cbc:Name"), fact->text);
        assert_string_equal(xml_text_at(&reading, BUYER "cac:PartyLegalEntity/cbc:RegistrationName"), fact->text);
        assert_string_equal(xml_text_at(&reading, "cbc:BuyerReference"), fact->text);
        assert_int_equal(xml_count_at(&reading, "/*/" BUYER "cac:PartyTaxScheme"), 0);
        xml_release(&reading);
    }
    arena_free(arena);
}

/* ---- the same bytes ---- */

struct rendering_thread {
    pthread_t thread;
    const struct invoice *invoice;
    const struct xml_reading *expected;
    bool same;
};

static void *render_often(void *argument)
{
    struct rendering_thread *job = argument;
    job->same = true;
    for (int i = 0; i < 20 && job->same; i++) {
        struct arena *arena = arena_new();
        const uint8_t *bytes;
        size_t length;
        job->same = document_render_ubl(job->invoice, arena, &bytes, &length, NULL) == STATUS_OK &&
                    length == job->expected->length && memcmp(bytes, job->expected->bytes, length) == 0;
        arena_free(arena);
    }
    return NULL;
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, 200);
    struct xml_reading reading = read_invoice(&invoice);
    struct rendering_thread threads[4];
    for (size_t i = 0; i < 4; i++) {
        threads[i] = (struct rendering_thread){.invoice = &invoice, .expected = &reading};
        assert_int_equal(pthread_create(&threads[i].thread, NULL, render_often, &threads[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i].thread, NULL);
        assert_true(threads[i].same);
    }
    xml_release(&reading);
    arena_free(arena);
}

/* ---- what is refused ---- */

static void assert_refused(const struct invoice *invoice, enum status expected, const char *code, const char *field)
{
    struct arena *arena = arena_new();
    struct error error = {.status = STATUS_OK};
    const uint8_t *bytes = NULL;
    size_t length = 0;
    assert_int_equal(document_render_ubl(invoice, arena, &bytes, &length, &error), expected);
    assert_string_equal(error.code, code);
    assert_string_equal(error.field, field);
    assert_null(bytes);
    arena_free(arena);
}

static void test_incomplete(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice good = sample_credit_note(arena, LANGUAGE_NL);
    struct invoice bad = good;
    bad.seller.vat_number = NULL;
    assert_refused(&bad, STATUS_INVALID, "document_incomplete", "seller.vat_number");
    bad.seller.vat_number = "001234567B01";
    assert_refused(&bad, STATUS_INVALID, "document_incomplete", "seller.vat_number");
    bad = good;
    bad.seller.address.country = NULL;
    assert_refused(&bad, STATUS_INVALID, "document_incomplete", "seller.address.country");
    bad = good;
    bad.buyer.address.country = "Nederland";
    assert_refused(&bad, STATUS_INVALID, "document_incomplete", "buyer.address.country");
    bad = good;
    bad.credited_number[0] = '\0';
    assert_refused(&bad, STATUS_INVALID, "document_incomplete", "credited_number");
    bad = good;
    bad.lines_count = DOCUMENT_LINES_MAX + 1;
    assert_refused(&bad, STATUS_TOO_LARGE, "document_too_long", "");
    arena_free(arena);
}

static void test_out_of_scope(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice bad = sample_long_invoice(arena, LANGUAGE_NL, 1);
    memcpy(bad.currency, "USD", sizeof("USD"));
    assert_refused(&bad, STATUS_INVALID, "document_incomplete", "exchange");
    memcpy(bad.currency, "KWD", sizeof("KWD"));
    bad.exchange.per_euro_millionths = 330000;
    assert_refused(&bad, STATUS_INVALID, "currency_unsupported", "currency");
    bad = sample_untaxed_invoice(arena, LANGUAGE_NL, "O", VAT_GROUND_NONE);
    assert_refused(&bad, STATUS_INVALID, "vat_category_unsupported", "vat_category");
    bad = sample_untaxed_invoice(arena, LANGUAGE_NL, "S", VAT_GROUND_NONE);
    assert_refused(&bad, STATUS_INVALID, "vat_category_unsupported", "vat_category");
    arena_free(arena);
}

static void test_reverse_charge_without_vat_number(void **state)
{
    (void)state;
    static const char *const numbers[] = {NULL, "87654321", "XX123456789", "NL"};
    static const char *const categories[] = {"AE", "K"};
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) * 2; i++) {
        struct invoice bad = sample_untaxed_invoice(arena, LANGUAGE_NL, categories[i % 2], VAT_GROUND_NONE);
        bad.buyer.vat_number = numbers[i / 2];
        assert_refused(&bad, STATUS_INVALID, "document_incomplete", "buyer.vat_number");
    }
    arena_free(arena);
}

/* Each changes the sample so that everything agrees but one thing. */
static void test_amounts_that_disagree(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice good = sample_invoice(arena, LANGUAGE_NL);
    struct invoice bad = good;
    bad.totals.total_minor += 1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts", "");

    bad = good; /* the VAT of a rate is a cent more than the rate, and so are all sums */
    bad.totals.subtotals[0].vat_minor += 1;
    bad.totals.vat_minor += 1;
    bad.totals.total_minor += 1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts", "");

    bad = good; /* a cent has moved from one rate to the other, both of which round the same */
    bad.totals.subtotals[0].net_minor += 1;
    bad.totals.subtotals[1].net_minor -= 1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts", "");

    struct order_line lines[3];
    memcpy(lines, good.lines, sizeof(lines));
    bad = good; /* a line is not its price times its quantity */
    bad.lines = lines;
    lines[1].unit_price_minor += 1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts", "");

    lines[1] = good.lines[1]; /* a free line at a rate that has no subtotal */
    struct order_line four[4] = {lines[0], lines[1], lines[2], lines[2]};
    four[3].unit_price_minor = four[3].net_minor = 0;
    four[3].vat_rate_basis_points = 0;
    memcpy(four[3].vat_category, "Z", sizeof("Z"));
    bad.lines = four;
    bad.lines_count = 4;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts", "");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("an invoice states every fact in its place", test_invoice),
        RULE("a credit note names its invoice, without the date that NLCIUS warns about", test_credit_note),
        RULE("a consumer is a party by name, and absent texts leave no empty element", test_consumer),
        RULE("what remains due comes with an account and terms; nothing due comes without", test_what_remains_due),
        RULE("a price with VAT gives a net price that is exact for the whole line", test_gross_prices),
        RULE("any text that people type gives well-formed XML with the same text", test_any_text),
        RULE("the same invoice gives the same bytes, on any number of threads", test_same_bytes),
        RULE("a document without what EN 16931 asks is refused, with the field", test_incomplete),
        RULE("currencies and VAT categories that EN 16931 can't hold are refused, not guessed", test_out_of_scope),
        RULE("reverse charge and intra-Community supply without the buyer's VAT number are refused, whatever other "
             "number is there",
             test_reverse_charge_without_vat_number),
        RULE("amounts that do not add up to the cent are refused", test_amounts_that_disagree),
    };
    return cmocka_run_group_tests_name("documents: ubl", tests, NULL, NULL);
}
