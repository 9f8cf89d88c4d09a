/*
 * How documents fill their pages: many lines, hostile texts, huge amounts, many threads.
 */
#include <pthread.h>

#include "reading.h"
#include "rule.h"
#include "samples.h"

/* Whole units of the first amount after `label` on the page; amounts here have no cents and no separator below 1000. */
static long amount_after(const char *page, const char *label)
{
    const char *at = strstr(page, label);
    assert_non_null(at);
    long amount = 0;
    for (at += strlen(label); *at != '.' && *at != '\n'; at++) {
        if (*at >= '0' && *at <= '9')
            amount = amount * 10 + (*at - '0');
    }
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
        snprintf(number, sizeof(number), "Page %zu / %zu", i, pages_count);
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

static void test_pages_at_every_length(void **state)
{
    (void)state;
    for (size_t lines = 1; lines <= 45; lines++) {
        struct arena *arena = arena_new();
        struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, lines);
        struct rendering rendering = render(&invoice);
        assert_words_placed(&rendering);
        arena_free(rendering.arena);
        arena_free(arena);
    }
}

static void test_hostile_texts(void **state)
{
    (void)state;
    char wide[501];
    memset(wide, 'W', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = '\0';
    char marks[2 * 400 + 2] = "a";
    for (size_t i = 0; i < 400; i++)
        memcpy(marks + 1 + 2 * i, "\u0301", 2);
    marks[sizeof(marks) - 1] = '\0';
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
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct arena *arena = arena_new();
        struct invoice invoice = sample_invoice_of_text(arena, texts[i]);
        struct rendering rendering = render(&invoice);
        assert_words_placed(&rendering);
        const char *text = text_of(&rendering);
        assert_contains(text, "2026-000042");
        assert_contains(text, "€ 7,26");
        arena_free(rendering.arena);
        arena_free(arena);
    }
}

/* A document's only line, without VAT. */
static void set_line(struct invoice *invoice, struct order_line *line, int64_t quantity, int64_t unit_price_minor)
{
    int64_t net_minor = quantity * unit_price_minor;
    *line = invoice->lines[0];
    line->quantity = quantity;
    line->unit_price_minor = unit_price_minor;
    line->net_minor = net_minor;
    line->vat_rate_basis_points = 0;
    memcpy(line->vat_category, "Z", sizeof("Z"));
    invoice->lines = line;
    invoice->totals = (struct totals){.lines_net_minor = net_minor,
                                      .net_minor = net_minor,
                                      .total_minor = net_minor,
                                      .subtotals = {{.vat_category = "Z", .net_minor = net_minor}},
                                      .subtotals_count = 1};
}

static void test_largest_amounts(void **state)
{
    (void)state;
    const int64_t factors[][2] = {{INT64_MAX, 1}, {1, INT64_MAX}};
    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        struct arena *arena = arena_new();
        struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, 1);
        struct order_line line;
        set_line(&invoice, &line, factors[i][0], factors[i][1]);
        struct rendering rendering = render(&invoice);
        assert_words_placed(&rendering);
        assert_contains(text_of(&rendering), "€ 92.233.720.368.547.758,07");
        arena_free(rendering.arena);
        arena_free(arena);
    }
}

static void test_too_many_lines(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, DOCUMENT_LINES_MAX + 1);
    struct error error;
    const uint8_t *bytes;
    size_t length;
    assert_int_equal(document_render_pdf(&invoice, arena, &bytes, &length, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "document_too_long");
    invoice = sample_long_invoice(arena, LANGUAGE_NL, DOCUMENT_LINES_MAX);
    struct rendering rendering = render(&invoice);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("200 lines stand once each, and each page carries their sum on", test_carried_totals),
        RULE("nothing leaves the margins, however many lines there are", test_pages_at_every_length),
        RULE("hostile texts neither crash, nor leave the margins, nor cover others", test_hostile_texts),
        RULE("the largest amounts fit their columns, apart from each other", test_largest_amounts),
        RULE("the same invoice gives the same bytes", test_same_bytes),
        RULE("four threads at once give those bytes too", test_threads_at_once),
        RULE("2000 lines are rendered, one more is refused", test_too_many_lines),
    };
    return cmocka_run_group_tests_name("documents: pages", tests, NULL, NULL);
}
