#pragma once
/*
 * Pages: the frame that all of them have, in HTML without a script, Dutch or English.
 *
 *     page_begin(&html, language, title, banner);
 *     buffer_append_text(&html, "<h1>"); html_escape(&html, whatever anybody wrote); ...
 *     html = page_end(arena, &html, &length);
 */
#include <stddef.h>

#include "akkoord/api/call.h"
#include "akkoord/base/arena.h"
#include "akkoord/base/buffer.h"
#include "akkoord/domain/invoice.h"

#define PAGE_LANGUAGES 2

/* Begins the page in `html`, up to its main part. `banner` is a constant text above it, or NULL. */
void page_begin(struct buffer *html, enum language language, const char *title, const char *banner);
/* Ends and releases it; the text lives in the arena. */
const char *page_end(struct arena *arena, struct buffer *html, size_t *length);

/* Answers with a page that may load nothing but its own style sheet, and be framed by nobody. */
void page_answer(struct api_call *call, int status, const char *html, size_t length, const char *vary,
                 struct http_answer *answer);
