/*
 * The PDF, read back with poppler's tools: what stands on it, where, and on which page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

#include "akkoord/documents/pdf.h"
#include "samples.h"

#define TOOL_OUTPUT_BYTES ((size_t)4 * 1024 * 1024)

struct rendering {
    struct arena *arena;
    const uint8_t *bytes;
    size_t length;
};

static struct rendering render(const struct invoice *invoice)
{
    struct rendering rendering = {.arena = arena_new()};
    struct error error = {.status = STATUS_OK};
    enum status status = document_render_pdf(invoice, rendering.arena, &rendering.bytes, &rendering.length, &error);
    if (status != STATUS_OK)
        fail_msg("%s: %s", error.code, error.detail);
    return rendering;
}

/* What the tool `before FILE after` prints about the document; lives in the rendering's arena. */
static const char *run_tool(const struct rendering *rendering, const char *before, const char *after)
{
    char path[] = "/tmp/akkoord-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, rendering->bytes, rendering->length), rendering->length);
    close(descriptor);
    const char *command = arena_format(rendering->arena, "%s %s %s", before, path, after);
    FILE *tool = popen(command, "r");
    assert_non_null(tool);
    char *output = (char *)arena_alloc(rendering->arena, TOOL_OUTPUT_BYTES);
    size_t length = fread(output, 1, TOOL_OUTPUT_BYTES - 1, tool);
    output[length] = '\0';
    int exit_status = pclose(tool);
    unlink(path);
    if (exit_status != 0)
        fail_msg("%s: exit status %d", before, exit_status);
    return output;
}

static const char *text_of(const struct rendering *rendering)
{
    return run_tool(rendering, "pdftotext -layout -enc UTF-8", "-");
}

/* pdftotext ends each page with a form feed. */
static size_t count_pages(const char *text)
{
    size_t pages = 0;
    for (const char *at = strchr(text, '\f'); at != NULL; at = strchr(at + 1, '\f'))
        pages++;
    return pages;
}

static void assert_contains(const char *text, const char *wanted)
{
    if (strstr(text, wanted) == NULL)
        fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

static void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL)
        fail_msg("\"%s\" is in:\n%s", unwanted, text);
}

static void assert_contains_all(const char *text, const char *const *wanted)
{
    for (; *wanted != NULL; wanted++)
        assert_contains(text, *wanted);
}

/* The text of `invoice`, checked and freed by `check`. */
static void with_text(const struct invoice *invoice, void (*check)(const char *text))
{
    struct rendering rendering = render(invoice);
    check(text_of(&rendering));
    arena_free(rendering.arena);
}

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

static void check_reverse_charge(const char *text)
{
    assert_contains(text, "VAT reverse charge on €6.00");
    assert_contains(text, "VAT reverse charge: the customer");
    assert_contains(text, "incl. VAT");
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
    invoice.totals.subtotals[0] = (struct vat_subtotal){"AE", 0, invoice.totals.net_minor, 0};
    with_text(&invoice, check_reverse_charge);
    arena_free(arena);
}

/* Whole units of the first amount after `label` on the page; amounts here have no cents and no separator below 1000. */
static long amount_after(const char *page, const char *label)
{
    const char *at = strstr(page, label);
    assert_non_null(at);
    long amount = 0;
    for (at += strlen(label); *at != '.' && *at != '\n'; at++)
        if (*at >= '0' && *at <= '9')
            amount = amount * 10 + (*at - '0');
    return amount;
}

/* The sum of the lines named on the page: line N is N.00. Numbers must go on from *line. */
static long add_lines(const char *page, long *line)
{
    static const char name[] = "Sample service ";
    long sum = 0;
    for (const char *at = strstr(page, name); at != NULL; at = strstr(at + 1, name)) {
        long number = strtol(at + strlen(name), NULL, 10);
        assert_int_equal(number, *line + 1);
        *line = number;
        sum += number;
    }
    return sum;
}

static void check_carried_totals(const char *text)
{
    char *pages = strdup(text);
    size_t pages_count = count_pages(text);
    assert_in_range(pages_count, 5, 14);
    long line = 0;
    long sum = 0;
    char *page = pages;
    for (size_t i = 1; i <= pages_count; i++) {
        char *end = strchr(page, '\f');
        *end = '\0';
        char number[32];
        snprintf(number, sizeof number, "Page %zu / %zu", i, pages_count);
        assert_contains(page, number);
        assert_contains(page, "Description");
        assert_contains(page, "Invoice 2026-000042");
        if (i > 1)
            assert_int_equal(amount_after(page, "Brought forward from the previous page"), sum);
        sum += add_lines(page, &line);
        if (i < pages_count)
            assert_int_equal(amount_after(page, "Carried forward to the next page"), sum);
        else
            assert_contains(page, "€20,100.00");
        page = end + 1;
    }
    assert_int_equal(line, 200);
    assert_int_equal(sum, 20100);
    free(pages);
}

static void test_carried_totals(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_EN, 200);
    with_text(&invoice, check_carried_totals);
    arena_free(arena);
}

/* Every word between the margins and above the edge of the page; `slack` is for the side bearings of glyphs. */
static void assert_words_in_margins(const struct rendering *rendering)
{
    const double margin = 56.6;
    const double slack = 1.0;
    const char *words = run_tool(rendering, "pdftotext -bbox -enc UTF-8", "-");
    size_t seen = 0;
    for (const char *at = strstr(words, "<word "); at != NULL; at = strstr(at + 1, "<word ")) {
        double x_min;
        double y_min;
        double x_max;
        double y_max;
        /* NOLINTNEXTLINE(cert-err34-c): the count says whether all four were read */
        assert_int_equal(
            sscanf(at, "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &x_min, &y_min, &x_max, &y_max), 4);
        if (x_min < margin - slack || x_max > 595.3 - margin + slack || y_min < 40 || y_max > 810)
            fail_msg("outside the margins: %.120s", at);
        seen++;
    }
    assert_in_range(seen, 20, 100000);
}

static void test_pages_at_every_length(void **state)
{
    (void)state;
    for (size_t lines = 1; lines <= 45; lines++) {
        struct arena *arena = arena_new();
        struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, lines);
        struct rendering rendering = render(&invoice);
        assert_words_in_margins(&rendering);
        arena_free(rendering.arena);
        arena_free(arena);
    }
}

static void test_hostile_texts(void **state)
{
    (void)state;
    char wide[501];
    memset(wide, 'W', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    char marks[2 * 400 + 2] = "a";
    for (size_t i = 0; i < 400; i++)
        memcpy(marks + 1 + 2 * i, "\u0301", 2);
    marks[sizeof marks - 1] = '\0';
    const char *const texts[] = {
        wide,
        marks,
        "😀🦄👩‍👩‍👧‍👦🇳🇱👍🏽 emoji",
        "مرحبا بالعالم هذا نص طويل جدا لاختبار الصفحة",
        "你好世界你好世界你好世界你好世界你好世界你好世界你好世界你好世界你好世界你好世界你好世界你好世界",
        "<span foreground='red'>&amp; < > & </span>",
        "a\x01\x02\x1b[31m\r\n\t\x7f b",
        "\xff\xfe\x80 not UTF-8 \xc3",
        "\u202e\u2066 turned \u2069\u202c",
        "ﷺﷺﷺﷺ ௌ ཧྐྵྨླྺྼྻྂ \U0010FFFF \uFFFE \U000E0041",
        "%s%n%d {} \\ ' \"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct arena *arena = arena_new();
        struct invoice invoice = sample_invoice_of_text(arena, texts[i]);
        struct rendering rendering = render(&invoice);
        assert_words_in_margins(&rendering);
        const char *text = text_of(&rendering);
        assert_contains(text, "2026-000042");
        assert_contains(text, "€ 7,26");
        arena_free(rendering.arena);
        arena_free(arena);
    }
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

static void test_largest_amounts(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, 1);
    const int64_t largest = INT64_MAX;
    struct order_line line = invoice.lines[0];
    line.quantity = INT64_MAX;
    line.unit_price_minor = largest;
    line.net_minor = largest;
    invoice.lines = &line;
    invoice.totals = (struct totals){
        .net_minor = largest, .total_minor = largest, .subtotals = {{"Z", 0, largest, 0}}, .subtotals_count = 1};
    struct rendering rendering = render(&invoice);
    assert_words_in_margins(&rendering);
    assert_contains(text_of(&rendering), "€ 92.233.720.368.547.758,07");
    arena_free(rendering.arena);
    arena_free(arena);
}

static void test_bare_minimum(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_EN);
    invoice.seller = (struct seller){.name = "Sample Studio"};
    invoice.buyer = (struct buyer){.name = "Sample Customer"};
    invoice.order_number = NULL;
    invoice.reference = NULL;
    invoice.prepaid_minor = 0;
    struct rendering rendering = render(&invoice);
    assert_lacks(text_of(&rendering), "null");
    arena_free(rendering.arena);
    arena_free(arena);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice_of_text(arena, "Sample مرحبا 你好 😀");
    struct rendering first = render(&invoice);
    struct rendering second = render(&invoice);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    arena_free(first.arena);
    arena_free(second.arena);
    arena_free(arena);
}

struct job {
    const struct invoice *invoice;
    const struct rendering *expected;
    int renders;
    bool same;
};

/* cmocka's assertions only work on the thread of the test. */
static void *render_and_compare(void *argument)
{
    struct job *job = (struct job *)argument;
    job->same = true;
    for (int i = 0; i < job->renders; i++) {
        struct arena *arena = arena_new();
        const uint8_t *bytes = NULL;
        size_t length = 0;
        if (document_render_pdf(job->invoice, arena, &bytes, &length, NULL) != STATUS_OK ||
            length != job->expected->length || memcmp(bytes, job->expected->bytes, length) != 0)
            job->same = false;
        arena_free(arena);
    }
    return NULL;
}

static void test_threads_at_once(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoices[2] = {sample_invoice_of_text(arena, "Sample مرحبا 你好 😀"),
                                  sample_credit_note(arena, LANGUAGE_EN)};
    struct rendering expected[2] = {render(&invoices[0]), render(&invoices[1])};
    struct job jobs[4];
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        jobs[i] = (struct job){.invoice = &invoices[i % 2], .expected = &expected[i % 2], .renders = 12};
        assert_int_equal(pthread_create(&threads[i], NULL, render_and_compare, &jobs[i]), 0);
    }
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 4; i++)
        assert_true(jobs[i].same);
    arena_free(expected[0].arena);
    arena_free(expected[1].arena);
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

static void test_too_many_lines(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, DOCUMENT_LINES_MAX + 1);
    assert_refused(&invoice, STATUS_TOO_LARGE, "document_too_long");
    invoice = sample_long_invoice(arena, LANGUAGE_NL, DOCUMENT_LINES_MAX);
    struct rendering rendering = render(&invoice);
    arena_free(rendering.arena);
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
#define RULE(title, function)                                                                                          \
    {                                                                                                                  \
        title, function, NULL, NULL, NULL                                                                              \
    }
    const struct CMUnitTest tests[] = {
        RULE("the typefaces of the documents are installed", test_fonts_are_installed),
        RULE("a Dutch invoice states every fact that must stand on it", test_dutch_facts),
        RULE("an English invoice states them in English", test_english_facts),
        RULE("what was paid is taken off, and what remains is asked for", test_what_remains_due),
        RULE("a credit note names its invoice and says what goes back", test_credit_note),
        RULE("reverse charge is said in words, and a gross price is marked", test_reverse_charge_and_gross_prices),
        RULE("200 lines stand once each, and each page carries their sum on", test_carried_totals),
        RULE("nothing leaves the margins, however many lines there are", test_pages_at_every_length),
        RULE("hostile texts neither crash nor leave the margins", test_hostile_texts),
        RULE("markup characters are shown as they are", test_markup_is_literal),
        RULE("the largest amounts fit their columns", test_largest_amounts),
        RULE("absent texts leave no trace", test_bare_minimum),
        RULE("the same invoice gives the same bytes", test_same_bytes),
        RULE("four threads at once give those bytes too", test_threads_at_once),
        RULE("the file has title, author, issue date, structure and embedded fonts", test_file_facts),
        RULE("amounts that do not add up are refused", test_amounts_that_disagree),
        RULE("a document without what it can't do without is refused", test_incomplete),
        RULE("2000 lines are rendered, one more is refused", test_too_many_lines),
    };
    return cmocka_run_group_tests_name("documents: pdf", tests, NULL, NULL);
}
