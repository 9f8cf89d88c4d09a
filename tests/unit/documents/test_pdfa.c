/*
 * What is in the file around the pages: PDF/A-3b with the invoice for programs, the pictures, and nothing that changes.
 * The oracles are qpdf, poppler and zbar; veraPDF and Mustang judge a whole corpus in tests/conformance.
 */
#include "akkoord/documents/cii.h"
#include "akkoord/documents/qr.h"
#include "reading.h"
#include "rule.h"
#include "samples.h"

/* Every object in plain text, as qpdf understands the file; it fails on one that is damaged. */
static const char *objects_of(const struct rendering *rendering)
{
    run_tool(rendering, "qpdf --check", ">/dev/null");
    return run_tool(rendering, "qpdf --qdf --object-streams=disable", "- | tr -d '\\000'");
}

static void test_pdfa_parts(void **state)
{
    (void)state;
    static const char *const metadata[] = {
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
        "<fx:DocumentType>INVOICE</fx:DocumentType>",
        "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
        "<fx:Version>1.0</fx:Version>",
        "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
        "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
        "Factuur 2026-000042",
        "&lt;Sample &amp; Studio&gt;",
        "<xmp:CreateDate>2026-11-23T00:00:00Z</xmp:CreateDate>",
        NULL,
    };
    static const char *const objects[] = {
        "/OutputIntents",
        "/GTS_PDFA1",
        "/AFRelationship /Alternative",
        "/AF [",
        "/EmbeddedFiles",
        "/Lang (nl)",
        "/Subtype /text#2fxml",
        "/MarkInfo",
        "/DisplayDocTitle true",
        "/ID [",
        NULL,
    };
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    invoice.seller.name = "<Sample & Studio>";
    struct rendering rendering = render(&invoice);
    assert_memory_equal(rendering.bytes, "%PDF-1.7\n", strlen("%PDF-1.7\n"));
    assert_contains_all(run_tool(&rendering, "pdfinfo -meta", ""), metadata);
    assert_contains_all(objects_of(&rendering), objects);
    assert_contains(run_tool(&rendering, "pdfinfo", ""), "Tagged:          yes");
    arena_free(rendering.arena);
    arena_free(arena);
}

static void test_embedded_invoice(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice invoices[] = {sample_invoice(arena, LANGUAGE_EN), sample_credit_note(arena, LANGUAGE_NL),
                                       sample_discounted_invoice(arena, LANGUAGE_NL),
                                       sample_long_invoice(arena, LANGUAGE_EN, 200)};
    for (size_t i = 0; i < sizeof(invoices) / sizeof(invoices[0]); i++) {
        struct rendering rendering = render(&invoices[i]);
        const uint8_t *cii;
        size_t cii_length;
        struct error error;
        assert_int_equal(document_render_cii(&invoices[i], arena, &cii, &cii_length, &error), STATUS_OK);
        assert_contains(run_tool(&rendering, "pdfdetach -list", ""), "factur-x.xml");
        const char *embedded = run_tool(&rendering, "pdfdetach -save 1 -o /dev/stdout", "");
        assert_int_equal(strlen(embedded), cii_length);
        assert_memory_equal(embedded, cii, cii_length);
        arena_free(rendering.arena);
    }
    arena_free(arena);
}

static void test_no_pdf_without_cii(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice_of_ground(arena, LANGUAGE_NL, VAT_GROUND_REVERSE_CHARGE);
    invoice.buyer.vat_number = NULL;
    const uint8_t *bytes = NULL;
    size_t length;
    struct error error;
    assert_int_equal(document_render_pdf(&invoice, arena, &bytes, &length, &error), STATUS_INVALID);
    assert_string_equal(error.field, "buyer.vat_number");
    assert_null(bytes);
    arena_free(arena);
}

/* The file's own id: qpdf keeps the first of the two, and makes the second anew. */
static const char *id_of(const struct rendering *rendering)
{
    return run_tool(rendering, "qpdf --qdf --object-streams=disable", "- | grep -a -o '/ID \\[<[0-9a-f]*>'");
}

static void test_ids(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    struct rendering first = render(&invoice);
    invoice.reference = "another";
    struct rendering second = render(&invoice);
    assert_string_not_equal(id_of(&first), id_of(&second));
    arena_free(first.arena);
    arena_free(second.arena);
    arena_free(arena);
}

static void test_all_fonts_embedded(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice_of_text(
        arena, "Ελλάδα Привет مرحبا بالعالم 你好世界 こんにちは שלום Հայ ქარ z\u0301 안녕 สวัสดี नमस्ते");
    struct rendering rendering = render(&invoice);
    /* Name, type, encoding, then "yes yes yes": embedded, subset, mapped to Unicode. */
    const char *fonts = run_tool(&rendering, "pdffonts", "");
    assert_contains(fonts, "DejaVuSans");
    assert_contains(fonts, "DroidSansFallback");
    assert_contains(fonts, "WenQuanYi");
    assert_contains(fonts, "FreeSans");
    assert_contains(fonts, "FreeSerif");
    assert_lacks(fonts, " no ");
    const char *objects = objects_of(&rendering);
    size_t true_type = 0;
    size_t mapped = 0;
    for (const char *at = objects; (at = strstr(at, "/CIDFontType2")) != NULL; at++)
        true_type++;
    for (const char *at = objects; (at = strstr(at, "/CIDToGIDMap /Identity")) != NULL; at++)
        mapped++;
    assert_in_range(true_type, 4, 8);
    assert_int_equal(mapped, true_type);
    arena_free(rendering.arena);
    arena_free(arena);
}

/* ---- pictures ---- */

static const char *scan(const struct rendering *rendering)
{
    return run_tool(rendering, "pdftoppm -r 150 -png", "| zbarimg --nodbus -q --raw -Sdisable -Sqrcode.enable -");
}

static void test_code_for_a_transfer(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    invoice.prepaid_minor = 13821;
    invoice.seller.bic = "ABNANL2A";
    struct rendering rendering = render(&invoice);
    assert_string_equal(scan(&rendering), "BCD\n002\n1\nSCT\nABNANL2A\nSample Studio\nNL02ABNA0123456789\n"
                                          "EUR1620.64\n\n\n2026-000042\n");
    arena_free(rendering.arena);
    arena_free(arena);
}

static void assert_no_code(const struct invoice *invoice)
{
    struct rendering rendering = render(invoice);
    assert_lacks(run_tool(&rendering, "pdfinfo -struct", ""), "Figure");
    arena_free(rendering.arena);
}

static void test_no_code(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    assert_no_code(&invoice);
    invoice.prepaid_minor += 1;
    assert_no_code(&invoice);
    invoice = sample_credit_note(arena, LANGUAGE_NL);
    assert_no_code(&invoice);
    invoice = sample_dollar_invoice(arena, LANGUAGE_NL);
    assert_no_code(&invoice);
    invoice = sample_discounted_invoice(arena, LANGUAGE_NL);
    invoice.seller.iban = "not an IBAN";
    assert_no_code(&invoice);
    arena_free(arena);
}

static void test_transfer_texts(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    /* 100 letters of two bytes: cut after 70 of them. */
    char name[201] = "";
    for (size_t i = 0; i < 100; i++)
        memcpy(name + 2 * i, "ë", 2);
    struct qr_transfer transfer = {
        .name = name, .iban = "NL02 ABNA 0123 4567 89", .amount_minor = 5, .remittance = "2026-000042"};
    const char *text = qr_transfer_text(arena, &transfer);
    const char *expected =
        arena_format(arena, "BCD\n002\n1\nSCT\n\n%.140s\nNL02ABNA0123456789\nEUR0.05\n\n\n2026-000042", name);
    assert_string_equal(text, expected);
    struct qr qr;
    assert_true(qr_encode(arena, text, &qr));
    transfer.amount_minor = 99999999999;
    assert_non_null(strstr(qr_transfer_text(arena, &transfer), "\nEUR999999999.99\n"));
    const int64_t impossible[] = {0, -1, 100000000000, INT64_MAX};
    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        transfer.amount_minor = impossible[i];
        assert_null(qr_transfer_text(arena, &transfer));
    }
    arena_free(arena);
}

static void test_logo(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_discounted_invoice(arena, LANGUAGE_EN);
    invoice.seller.logo = sample_logo(arena, 900, 200);
    struct rendering rendering = render(&invoice);
    const char *images = run_tool(&rendering, "pdfimages -list", "");
    assert_contains(images, " image ");
    /* Flattened: no mask beside it. */
    assert_lacks(images, "mask");
    assert_contains(text_of(&rendering), "Sample Studio");
    const char *objects = objects_of(&rendering);
    assert_lacks(objects, "/SMask");
    assert_lacks(objects, "/Interpolate true");
    assert_contains(run_tool(&rendering, "pdfinfo -struct", ""), "Figure");
    assert_contains(objects, "/Alt <feff004c006f0067006f0020006f0066"); /* "Logo of" */
    assert_contains(objects, "/Alt <feff005100520020");                 /* "QR " */
    assert_words_placed(&rendering);
    arena_free(rendering.arena);
    arena_free(arena);
}

static void assert_bad_logo(const uint8_t *png, size_t length, const char *detail)
{
    const struct image image = {.png = png, .length = length};
    struct error error;
    assert_int_equal(document_check_logo(&image, &error), STATUS_INVALID);
    assert_string_equal(error.code, "picture_invalid");
    assert_contains(error.detail, detail);
}

static void test_bad_logos(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct error error;
    struct image logo = sample_logo(arena, 300, 100);
    assert_int_equal(document_check_logo(&logo, &error), STATUS_OK);
    assert_bad_logo((const uint8_t *)"GIF89a", 6, "is no PNG");
    assert_bad_logo(logo.png, 0, "is no PNG");
    assert_bad_logo(logo.png, 20, "is no PNG");
    assert_bad_logo(logo.png, logo.length / 2, "can't be decoded");
    assert_bad_logo(logo.png, 256 * 1024 + 1, "is larger than 256 KiB");
    logo = sample_logo(arena, 2001, 10);
    assert_bad_logo(logo.png, logo.length, "is wider or higher than 2000 pixels");
    /* A header that promises more than there is memory for. */
    uint8_t *bomb = (uint8_t *)arena_copy_bytes(arena, logo.png, logo.length);
    memset(bomb + 16, 0x7f, 8);
    assert_bad_logo(bomb, logo.length, "is wider or higher than 2000 pixels");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("the file says that it is PDF/A-3b with a Factur-X invoice of EN 16931", test_pdfa_parts),
        RULE("the invoice for programs in it is the CII, to the byte", test_embedded_invoice),
        RULE("where there is no valid CII there is no PDF", test_no_pdf_without_cii),
        RULE("two documents have two ids", test_ids),
        RULE("every font of every script is embedded, with the map that PDF/A wants", test_all_fonts_embedded),
        RULE("what is to be paid in euros has a code that a scanner reads as the transfer", test_code_for_a_transfer),
        RULE("where nothing is to be paid in euros to an IBAN there is none", test_no_code),
        RULE("the text of a transfer keeps to the limits of its format", test_transfer_texts),
        RULE("the logo is drawn opaque, and described with the code", test_logo),
        RULE("a logo that is broken, no PNG or too large is refused", test_bad_logos),
    };
    return cmocka_run_group_tests_name("documents: pdfa", tests, NULL, NULL);
}
