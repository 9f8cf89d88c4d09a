/*
 * Reading rendered documents back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "reading.h"

#define TOOL_OUTPUT_BYTES ((size_t)4 * 1024 * 1024)

struct rendering render(const struct invoice *invoice)
{
    struct rendering rendering = {.arena = arena_new()};
    struct error error = {.status = STATUS_OK};
    enum status status = document_render_pdf(invoice, rendering.arena, &rendering.bytes, &rendering.length, &error);
    if (status != STATUS_OK)
        fail_msg("%s: %s", error.code, error.detail);
    return rendering;
}

const char *run_tool(const struct rendering *rendering, const char *before, const char *after)
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

const char *text_of(const struct rendering *rendering)
{
    return run_tool(rendering, "pdftotext -layout -enc UTF-8", "-");
}

/* pdftotext ends each page with a form feed. */
size_t count_pages(const char *text)
{
    size_t pages = 0;
    for (const char *at = strchr(text, '\f'); at != NULL; at = strchr(at + 1, '\f'))
        pages++;
    return pages;
}

void assert_contains(const char *text, const char *wanted)
{
    if (strstr(text, wanted) == NULL)
        fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL)
        fail_msg("\"%s\" is in:\n%s", unwanted, text);
}

void assert_contains_all(const char *text, const char *const *wanted)
{
    for (; *wanted != NULL; wanted++)
        assert_contains(text, *wanted);
}

void with_text(const struct invoice *invoice, void (*check)(const char *text))
{
    struct rendering rendering = render(invoice);
    check(text_of(&rendering));
    arena_free(rendering.arena);
}

/* Every word between the margins and above the edge of the page; `slack` is for the side bearings of glyphs. */
void assert_words_in_margins(const struct rendering *rendering)
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
