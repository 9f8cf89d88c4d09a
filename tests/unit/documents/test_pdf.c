/*
 * What stands on a document, and what is refused.
 */
#include "reading.h"
#include "rule.h"
#include "samples.h"

static void check_dutch_facts(const char *text)
{
    static const char *const facts[] = {
        "Factuur",
        "Sample Studio",
        "Voorbeeldstraat 1",
        "1234 AB Utrecht",
        "12345678",
        "NL001234567B01",
        "NL02 ABNA 0123 4567 89",
        "billing@example.com",
        "Example Company B.V.",
        "Sample Customer",
        "Testlaan 12-B",
        "9999 ZZ Groningen",
        "KvK 87654321",
        "Btw-nummer NL009999999B99",
        "2026-000042",
        "23 november 2026",
        "22 november 2026",
        "A-000123",
        "PO 4711 / website",
        "Huisstijl: logo, kleur en letter",
        "Aantal",
        "Prijs",
        "1.250,00",
        "57,50",
        "21%",
        "9%",
        "115,00",
        "Totaal exclusief btw",
        "€ 1.465,00",
        "Btw 21% over € 1.350,00",
        "€ 283,50",
        "Btw 9% over € 115,00",
        "€ 10,35",
        "€ 1.758,85",
        "−€ 1.758,85",
        "Te betalen",
        "€ 0,00",
        "Betaald, dank u",
        "Pagina 1 / 1",
        NULL,
    };
    assert_contains_all(text, facts);
    assert_int_equal(count_pages(text), 1);
}

static void test_dutch_facts(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    with_text(&invoice, check_dutch_facts);
    arena_free(arena);
}

static void check_english_facts(const char *text)
{
    static const char *const facts[] = {
        "Invoice",
        "Billed to",
        "VAT number",
        "NL001234567B01",
        "Invoice number",
        "2026-000042",
        "23 November 2026",
        "Date of supply",
        "22 November 2026",
        "Your reference",
        "Unit price",
        "1,250.00",
        "Total excluding VAT",
        "€1,465.00",
        "VAT 21% on €1,350.00",
        "€283.50",
        "€1,758.85",
        "−€1,758.85",
        "Amount due",
        "€0.00",
        "Paid, thank you",
        "Page 1 / 1",
        NULL,
    };
    assert_contains_all(text, facts);
}

static void test_english_facts(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_EN);
    with_text(&invoice, check_english_facts);
    arena_free(arena);
}

static void check_unpaid(const char *text)
{
    assert_contains(text, "Te betalen");
    assert_contains(text, "We verzoeken u € 1.758,85");
    assert_lacks(text, "Betaald");
}

static void check_partly_paid(const char *text)
{
    assert_contains(text, "−€ 1.000,00");
    assert_contains(text, "We verzoeken u € 758,85");
    assert_lacks(text, "Betaald, dank u");
}

static void check_overpaid(const char *text)
{
    assert_contains(text, "−€ 2.000,00");
    assert_contains(text, "Te veel ontvangen");
    assert_contains(text, "€ 241,15");
    assert_lacks(text, "Te betalen");
}

static void test_what_remains_due(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    invoice.prepaid_minor = 0;
    with_text(&invoice, check_unpaid);
    invoice.prepaid_minor = 100000;
    with_text(&invoice, check_partly_paid);
    invoice.prepaid_minor = 200000;
    with_text(&invoice, check_overpaid);
    arena_free(arena);
}

static void check_credit_note(const char *text)
{
    static const char *const facts[] = {
        "Creditfactuur",        "CN2026-000007",       "2 december 2026", "Betreft factuur",  "2026-000042",
        "van 23 november 2026", "Totaal gecrediteerd", "€ 1.758,85",      "U ontvangt terug", NULL,
    };
    assert_contains_all(text, facts);
    assert_lacks(text, "Te betalen");
    assert_lacks(text, "−");
}

static void check_english_credit_note(const char *text)
{
    static const char *const facts[] = {
        "Credit note",    "CN2026-000007", "2 December 2026", "Credits invoice", "2026-000042", "of 23 November 2026",
        "Total credited", "€1,758.85",     "Refunded to you", "€1,500.00",       NULL,
    };
    assert_contains_all(text, facts);
}

static void test_credit_note(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice note = sample_credit_note(arena, LANGUAGE_NL);
    with_text(&note, check_credit_note);
    note = sample_credit_note(arena, LANGUAGE_EN);
    note.prepaid_minor = 150000;
    with_text(&note, check_english_credit_note);
    arena_free(arena);
}

static void check_set_off(const char *text)
{
    assert_contains(text, "This credit note is set off");
    assert_lacks(text, "Refunded to you");
    assert_lacks(text, "€0.00");
}

static void test_credit_note_that_is_set_off(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice note = sample_credit_note(arena, LANGUAGE_EN);
    note.prepaid_minor = 0;
    with_text(&note, check_set_off);
    arena_free(arena);
}

static void check_seller_of_long_name(const char *text)
{
    assert_contains(text, "Aangrenzende");
    assert_contains(text, "Omstreken");
    assert_lacks(text, "…");
}

static void test_seller_of_long_name(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    invoice.seller.name =
        "Studio Voorbeeldig Ontwerp en Communicatie Amsterdam-Zuidoost, Aangrenzende Gemeenten en Omstreken";
    with_text(&invoice, check_seller_of_long_name);
    invoice.seller.logo = sample_logo(arena, 300, 100);
    with_text(&invoice, check_seller_of_long_name);
    arena_free(arena);
}

static void check_reverse_charge(const char *text)
{
    assert_contains(text, "VAT reverse charge on €6.00");
    assert_contains(text, "Reverse charge, btw verlegd (articles 44 and 196");
    assert_lacks(text, "incl. VAT");
}

static void check_gross_prices(const char *text)
{
    assert_contains(text, "2.21 incl. VAT");
    assert_contains(text, "1.83"); /* the unit price without VAT: Directive 2006/112/EC, art. 226 point 8 */
    assert_contains(text, "Less a discount of €1.00 incl. VAT");
}

static void test_reverse_charge_and_gross_prices(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_EN, 3);
    struct order_line lines[3];
    for (size_t i = 0; i < 3; i++) {
        lines[i] = invoice.lines[i];
        memcpy(lines[i].vat_category, "AE", 3);
        lines[i].vat_rate_basis_points = 0;
        lines[i].price_includes_vat = i == 1;
    }
    invoice.lines = lines;
    invoice.totals.vat_minor = 0;
    invoice.totals.total_minor = invoice.totals.net_minor;
    invoice.totals.subtotals[0] = (struct vat_subtotal){
        .vat_category = "AE", .vat_rate_basis_points = 0, .net_minor = invoice.totals.net_minor, .vat_minor = 0};
    with_text(&invoice, check_reverse_charge);
    invoice = sample_long_invoice(arena, LANGUAGE_EN, 1);
    lines[0] = invoice.lines[0];
    lines[0].unit_price_minor = 221;
    lines[0].discount_minor = 100;
    lines[0].discount_net_minor = 83;
    lines[0].price_includes_vat = true;
    invoice.lines = lines;
    with_text(&invoice, check_gross_prices);
    arena_free(arena);
}

static void check_dutch_discounts(const char *text)
{
    static const char *const facts[] = {
        "Na aftrek van € 15,00 korting: vaste klant",
        "85,00",
        "Totaal van de regels",
        "€ 1.510,00",
        "Korting: voorjaarsactie",
        "−€ 151,00",
        "€ 1.359,00",
        "Btw 21% over € 1.201,50",
        "€ 252,32",
        "Btw 9% over € 103,50",
        "€ 9,32",
        "Btw 0% over € 54,00",
        "€ 1.620,64",
        "1.200",
        "Leverperiode",
        "1 november 2026 t/m",
        "30 november 2026",
        "Vervaldatum",
        "Te betalen uiterlijk",
        "7 december 2026",
        "OIN 00000001234567890000",
        "Scan met de app van",
        NULL,
    };
    assert_contains_all(text, facts);
    assert_lacks(text, "Leverdatum");
}

static void check_english_discounts(const char *text)
{
    static const char *const facts[] = {
        "Less a discount of €15.00: regular customer",
        "Total of the lines",
        "Discount: spring offer",
        "−€151.00",
        "VAT 21% on €1,201.50",
        "Period of supply",
        "1 November 2026 to",
        "Due date",
        "To be paid by",
        "Scan with your bank's",
        NULL,
    };
    assert_contains_all(text, facts);
}

static void test_discounts(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_discounted_invoice(arena, LANGUAGE_NL);
    with_text(&invoice, check_dutch_discounts);
    invoice = sample_discounted_invoice(arena, LANGUAGE_EN);
    with_text(&invoice, check_english_discounts);
    arena_free(arena);
}

/* What a document under each ground says, and which VAT ids stand on it. */
struct told {
    const char *dutch;
    const char *english;
    const char *total; /* how its line of the totals begins, in Dutch */
    const char *buyer_vat_number;
    const char *country; /* in English; NULL: none is named */
};

static const struct told told[VAT_GROUNDS] = {
    [VAT_GROUND_NONE] = {"Btw 21%", "VAT 21%", "Btw 21% over", NULL, NULL},
    [VAT_GROUND_EXEMPT] = {"artikel 11 Wet op de omzetbelasting",
                           "Exempt from VAT: article 11 of the Dutch VAT Act 1968", "Btw vrijgesteld over", NULL, NULL},
    [VAT_GROUND_SMALL_BUSINESS] = {"kleineondernemersregeling (artikel 25",
                                   "Exempt from VAT as a small business: article 25 of the Dutch VAT Act",
                                   "Btw vrijgesteld over", NULL, NULL},
    [VAT_GROUND_DOMESTIC_REVERSE_CHARGE] = {"Btw verlegd (artikel 12 lid 5",
                                            "Reverse charge, btw verlegd: article 12(5) of the Dutch VAT Act",
                                            "Btw verlegd over", "NL009999999B99", NULL},
    [VAT_GROUND_REVERSE_CHARGE] = {"Btw verlegd (artikel 44 en 196", "Reverse charge, btw verlegd (articles 44 and 196",
                                   "Btw verlegd over", "DE123456788", "Germany"},
    [VAT_GROUND_INTRA_COMMUNITY] = {"Intracommunautaire levering", "Intra-Community supply", "Btw 0% over",
                                    "FR83404833048", "France"},
    [VAT_GROUND_EXPORT] = {"Uitvoer uit de Unie", "Export from the Union", "Btw 0% over", NULL, "Switzerland"},
    [VAT_GROUND_OUTSIDE_UNION] = {"buiten de Unie, geen btw", "outside the Union, no VAT", "Btw 0% over", NULL,
                                  "United States"},
    [VAT_GROUND_ONE_STOP_SHOP] = {"Btw van Duitsland, aangegeven", "VAT of Germany, declared", "Btw 19% (DE) over",
                                  NULL, "Germany"},
};

static void test_grounds(void **state)
{
    (void)state;
    for (enum vat_ground ground = VAT_GROUND_NONE; ground <= VAT_GROUND_ONE_STOP_SHOP; ground++) {
        struct arena *arena = arena_new();
        const struct invoice dutch = sample_invoice_of_ground(arena, LANGUAGE_NL, ground);
        const struct invoice english = sample_invoice_of_ground(arena, LANGUAGE_EN, ground);
        struct rendering in_dutch = render(&dutch);
        struct rendering in_english = render(&english);
        assert_contains(text_of(&in_dutch), told[ground].dutch);
        assert_contains(text_of(&in_dutch), told[ground].total);
        assert_contains(text_of(&in_english), told[ground].english);
        assert_contains(text_of(&in_english), "NL001234567B01");
        if (told[ground].buyer_vat_number != NULL)
            assert_contains(text_of(&in_english), told[ground].buyer_vat_number);
        if (told[ground].country != NULL)
            assert_contains(text_of(&in_english), told[ground].country);
        assert_words_placed(&in_dutch);
        assert_words_placed(&in_english);
        arena_free(in_dutch.arena);
        arena_free(in_english.arena);
        arena_free(arena);
    }
}

static void check_all_grounds(const char *text)
{
    for (enum vat_ground ground = VAT_GROUND_EXEMPT; ground <= VAT_GROUND_ONE_STOP_SHOP; ground++)
        assert_contains(text, told[ground].dutch);
}

static void test_all_grounds(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice_of_all_grounds(arena, LANGUAGE_NL);
    with_text(&invoice, check_all_grounds);
    struct rendering rendering = render(&invoice);
    assert_words_placed(&rendering);
    arena_free(rendering.arena);
    arena_free(arena);
}

static void check_dutch_dollars(const char *text)
{
    assert_contains(text, "USD 1.758,85");
    assert_contains(text, "Btw in euro");
    assert_contains(text, "€ 271,03");
    assert_contains(text, "Wisselkoers van de Europese Centrale Bank: € 1 = USD 1,0842, van 20 november 2026.");
}

static void check_english_dollars(const char *text)
{
    assert_contains(text, "VAT in euros");
    assert_contains(text, "€271.03");
    assert_contains(text, "€1 = USD 1.0842, of 20 November 2026.");
    assert_contains(text, "Please transfer USD 1,758.85");
}

static void test_foreign_currency(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_dollar_invoice(arena, LANGUAGE_NL);
    with_text(&invoice, check_dutch_dollars);
    invoice = sample_dollar_invoice(arena, LANGUAGE_EN);
    with_text(&invoice, check_english_dollars);
    arena_free(arena);
}

static void check_literal_markup(const char *text)
{
    assert_contains(text, "<b>A & B</b> &amp;");
}

static void test_markup_is_literal(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice_of_text(arena, "<b>A & B</b> &amp;");
    with_text(&invoice, check_literal_markup);
    arena_free(arena);
}

static void test_bare_minimum(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_EN);
    /* What EN 16931 can't do without stands in the file that is inside. */
    invoice.seller =
        (struct seller){.name = "Sample Studio", .vat_number = "NL001234567B01", .address = {.country = "NL"}};
    invoice.buyer = (struct buyer){.name = "Sample Customer", .address = {.country = "NL"}};
    invoice.order_number = NULL;
    invoice.reference = NULL;
    invoice.prepaid_minor = 0;
    struct rendering rendering = render(&invoice);
    assert_lacks(text_of(&rendering), "null");
    arena_free(rendering.arena);
    arena_free(arena);
}

static void test_file_facts(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice_of_text(arena, "Sample مرحبا 你好");
    struct rendering rendering = render(&invoice);
    assert_memory_equal(rendering.bytes, "%PDF-1.", 7);
    const char *facts = run_tool(&rendering, "TZ=UTC pdfinfo -isodates", "");
    assert_contains(facts, "Factuur 2026-000042");
    assert_contains(facts, "Sample Studio");
    assert_contains(facts, "2026-11-23T00:00:00Z");
    assert_contains(facts, "(A4)");
    assert_contains(run_tool(&rendering, "pdfinfo -struct", ""), "Table");
    /* Name, type, encoding, then "yes yes yes": embedded, subset, mapped to Unicode. */
    const char *fonts = run_tool(&rendering, "pdffonts", "");
    assert_contains(fonts, "+Inter-Regular");
    assert_lacks(fonts, " no ");
    arena_free(rendering.arena);
    arena_free(arena);
}

static void assert_refused(const struct invoice *invoice, enum status expected, const char *code)
{
    struct arena *arena = arena_new();
    struct error error;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    assert_int_equal(document_render_pdf(invoice, arena, &bytes, &length, &error), expected);
    assert_string_equal(error.code, code);
    assert_null(bytes);
    arena_free(arena);
}

static void test_amounts_that_disagree(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice good = sample_invoice(arena, LANGUAGE_NL);
    struct invoice bad = good;
    bad.totals.total_minor += 1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts");
    bad = good;
    bad.totals.subtotals[1].vat_minor -= 1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts");
    bad = good;
    bad.totals.subtotals[1].net_minor -= 1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts");
    bad = good;
    bad.lines_count = 2;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts");
    bad = good;
    bad.prepaid_minor = -1;
    assert_refused(&bad, STATUS_INTERNAL, "document_amounts");
    arena_free(arena);
}

static void test_incomplete(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice good = sample_credit_note(arena, LANGUAGE_NL);
    struct invoice bad = good;
    bad.number[0] = '\0';
    assert_refused(&bad, STATUS_INVALID, "document_incomplete");
    bad = good;
    bad.seller.name = " \n";
    assert_refused(&bad, STATUS_INVALID, "document_incomplete");
    bad = good;
    bad.buyer.name = bad.buyer.company = NULL;
    assert_refused(&bad, STATUS_INVALID, "document_incomplete");
    bad = good;
    bad.lines_count = 0;
    assert_refused(&bad, STATUS_INVALID, "document_incomplete");
    bad = good;
    bad.credited_number[0] = '\0';
    assert_refused(&bad, STATUS_INVALID, "document_incomplete");
    arena_free(arena);
}

static void test_fonts_are_installed(void **state)
{
    (void)state;
    struct error error;
    if (document_check_fonts(&error) != STATUS_OK)
        fail_msg("%s", error.detail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("the typefaces of the documents are installed", test_fonts_are_installed),
        RULE("a Dutch invoice states every fact that must stand on it", test_dutch_facts),
        RULE("an English invoice states them in English", test_english_facts),
        RULE("what was paid is taken off, and what remains is asked for", test_what_remains_due),
        RULE("a credit note names its invoice and says what goes back", test_credit_note),
        RULE("a credit note that is set off does not say that nothing is sent back", test_credit_note_that_is_set_off),
        RULE("a seller's long name stands there in full", test_seller_of_long_name),
        RULE("reverse charge is said in words, and a gross price is marked where there is VAT",
             test_reverse_charge_and_gross_prices),
        RULE("discounts, periods and the day to pay by are told in both languages", test_discounts),
        RULE("each ground is told in both languages, with both VAT ids and the country", test_grounds),
        RULE("all grounds fit one document", test_all_grounds),
        RULE("a foreign currency has its VAT in euros, with the rate and its day", test_foreign_currency),
        RULE("markup characters are shown as they are", test_markup_is_literal),
        RULE("absent texts leave no trace", test_bare_minimum),
        RULE("the file has title, author, issue date, structure and embedded fonts", test_file_facts),
        RULE("amounts that do not add up are refused", test_amounts_that_disagree),
        RULE("a document without what it can't do without is refused", test_incomplete),
    };
    return cmocka_run_group_tests_name("documents: pdf", tests, NULL, NULL);
}
