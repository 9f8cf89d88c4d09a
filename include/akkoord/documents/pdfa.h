#pragma once
/*
 * Makes a PDF of cairo's into PDF/A-3b (ISO 19005-3) with an invoice for programs inside, as Factur-X 1.0 (ZUGFeRD 2)
 * wants it: XMP metadata, the sRGB output intent, a document id, the language, and `factur-x.xml` as an associated file
 * whose relationship is "Alternative": the same invoice in another form.
 *
 * Any thread. The same pages and parts give the same bytes: the id is made of them, and no clock is read.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"

#define PDFA_ATTACHMENT "factur-x.xml"

/* What the pages don't say themselves. Every text has passed document_clean_text(). */
struct pdfa_parts {
    const char *title;
    const char *author;
    const char *language; /* BCP 47 */
    int64_t created_day;  /* since 1970-01-01 */
    const uint8_t *cii;   /* the invoice as UN/CEFACT CII, profile EN 16931 */
    size_t cii_length;
    /* What the pictures show, for whom they are read out, in the order in which the structure holds their "Figure". */
    const char *const *figures;
    size_t figures_count;
};

/* Renders into `arena`, which owns *bytes afterwards. STATUS_INTERNAL `document_failed`: the pages are not
 * as cairo writes them, or have fewer figures than `parts`, or a library reported an error. */
enum status pdfa_make(const uint8_t *pages, size_t pages_length, const struct pdfa_parts *parts, struct arena *arena,
                      const uint8_t **bytes, size_t *length, struct error *error) AKKOORD_MUST_CHECK;
