#pragma once
/* What our pages have in common: no script, one style of their own, nothing unescaped. Pure; any thread. */
#include <stdbool.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/buffer.h"
#include "akkoord/http/exchange.h"

/* Appends text so that it is nothing but text, also within a quoted attribute. */
void html_escape(struct buffer *html, const char *text);
/* The Content-Security-Policy of a page whose one <style> element is exactly `style`. In the arena. */
const char *html_policy(struct arena *arena, const char *style);
/* Whether whoever asks is a browser, or takes a page by its Accept. */
bool html_is_wanted(const struct http_request *request);
