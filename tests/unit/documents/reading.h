#pragma once
/*
 * Rendering an invoice and reading the file back with poppler's tools. Each fails the running test when it can't.
 */
#include "akkoord/documents/pdf.h"

struct rendering {
    struct arena *arena;
    const uint8_t *bytes;
    size_t length;
};

/* The arena is the caller's to free. */
struct rendering render(const struct invoice *invoice);
/* What the tool `before FILE after` prints about the document; lives in the rendering's arena. */
const char *run_tool(const struct rendering *rendering, const char *before, const char *after);
/* The text as it stands on the pages, each ended by a form feed. */
const char *text_of(const struct rendering *rendering);
/* The text of `invoice`, checked by `check` and freed. */
void with_text(const struct invoice *invoice, void (*check)(const char *text));
size_t count_pages(const char *text);

void assert_contains(const char *text, const char *wanted);
void assert_lacks(const char *text, const char *unwanted);
void assert_contains_all(const char *text, const char *const *wanted);
/* Every word stands between the margins, and none over another. */
void assert_words_placed(const struct rendering *rendering);
