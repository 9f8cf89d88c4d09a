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
    /* NOLINTNEXTLINE(cert-env33-c): the words of the command are the tests' own */
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

struct word {
    double x_min;
    double y_min;
    double x_max;
    double y_max;
};

#define WORDS_MAX 4096

/* `slack` is for the side bearings of glyphs. */
static void assert_in_margins(const struct word *word, const char *source)
{
    const double margin = 56.6;
    const double slack = 1.0;
    if (word->x_min < margin - slack || word->x_max > 595.3 - margin + slack || word->y_min < 40 || word->y_max > 810)
        fail_msg("outside the margins: %.120s", source);
}

static void assert_apart(const struct word *words, size_t count, const struct word *word, const char *source)
{
    const double same_line = 2.5;
    const double slack = 1.0;
    for (size_t i = 0; i < count; i++) {
        double distance = words[i].y_min - word->y_min;
        if (distance < same_line && distance > -same_line && words[i].x_min < word->x_max - slack &&
            word->x_min < words[i].x_max - slack)
            fail_msg("over another word: %.120s", source);
    }
}

void assert_words_placed(const struct rendering *rendering)
{
    const char *listing = run_tool(rendering, "pdftotext -bbox -enc UTF-8", "-");
    struct word *words = ARENA_ARRAY(rendering->arena, struct word, WORDS_MAX);
    size_t seen = 0;
    size_t on_page = 0;
    for (const char *at = strstr(listing, "<"); at != NULL; at = strstr(at + 1, "<")) {
        if (strncmp(at, "<page ", 6) == 0)
            on_page = 0;
        if (strncmp(at, "<word ", 6) != 0)
            continue;
        struct word word;
        /* NOLINTNEXTLINE(cert-err34-c): the count says whether all four were read */
        int read = sscanf(at, "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &word.x_min, &word.y_min,
                          &word.x_max, &word.y_max);
        assert_int_equal(read, 4);
        assert_in_margins(&word, at);
        assert_apart(words, on_page, &word, at);
        assert_true(on_page < WORDS_MAX);
        words[on_page++] = word;
        seen++;
    }
    assert_in_range(seen, 20, 100000);
}
