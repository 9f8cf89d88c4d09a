#pragma once
/*
 * The page that the link of a decision message opens: what was decided and why, and a form that asks a person to look
 * again. Plain HTML without a script, in the customer's language; nothing personal but what they type themselves.
 *
 *     GET  /decisions/{id}/review?token=...   the page
 *     POST /decisions/{id}/review?token=...   `statement`: asks, or adds to what was asked
 *
 * No cookie and no session: whoever has the link may use it, and for this alone.
 */
#include "akkoord/api/call.h"
#include "akkoord/store/review_links.h"

enum review_page_result {
    REVIEW_PAGE_NOTHING_SENT,
    REVIEW_PAGE_SENT,    /* what was typed has arrived */
    REVIEW_PAGE_REFUSED, /* nothing, or too much, was typed */
    REVIEW_PAGE_FULL,    /* the review holds as many statements as it can */
};

struct review_page {
    const struct review_link *link;
    const char *token;       /* as it was presented */
    const char *explanation; /* paragraphs, an empty line between them */
    const char *statement;   /* what was typed and is not kept; NULL: nothing */
    enum review_page_result result;
};

const char *review_page_write(struct arena *arena, const struct review_page *page, size_t *length);
/* Where the link opens nothing, or not any more. */
const char *review_page_write_missing(struct arena *arena, enum language language, size_t *length);

/* Handlers; see call.h. */
api_function api_review_page;
api_function api_review_page_send;
