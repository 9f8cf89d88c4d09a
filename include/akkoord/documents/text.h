#pragma once
/*
 * Makes any text safe to lay out: what people type into a form comes here before it reaches pango.
 */
#include "akkoord/base/arena.h"

/* What is beyond is cut and marked with an ellipsis, so that the cost of shaping has a bound. */
#define DOCUMENT_TEXT_CHARACTERS_MAX 1000
/* A letter carries no more combining marks than this (Vietnamese and Hebrew need three); the rest would be drawn over
 * the neighbouring lines. */
#define DOCUMENT_MARKS_MAX 3

/*
 * A copy of `text` in `arena`, of one paragraph: control characters and line breaks become spaces, runs of spaces one,
 * none at the ends; directional formatting characters are left out; a byte that is not UTF-8, or a noncharacter,
 * becomes U+FFFD. NULL gives NULL, and so does a text of which nothing is left.
 */
const char *document_clean_text(struct arena *arena, const char *text);
