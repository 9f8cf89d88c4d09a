#pragma once
/*
 * The PDF of an invoice or credit note: A4, Dutch or English, laid out by pango and drawn by cairo; PDF/A-3b with the
 * invoice as CII inside, as Factur-X and ZUGFeRD want it (pdfa.h). One file for people and programs: without a valid
 * CII there is no PDF either.
 *
 * Any number of threads may call this; the pages of one document are drawn at a time (fonts.h). A page takes about ten
 * milliseconds, so this is work for the `slow` lane, never for an event loop.
 *
 * The same invoice gives the same bytes, as long as the installed libraries and fonts stay the same: the only date in
 * the file is the issue date. Bytes that were sent are kept by the store, not rendered again.
 *
 * Texts are shown literally: markup characters mean nothing, control characters become spaces, bytes that are not UTF-8
 * become U+FFFD, directional overrides are left out. A text too long for its place is wrapped, and cut with an ellipsis
 * after ten lines for what was sold, five for each text of the buyer (about 200 characters), two for the seller.
 *
 * Where something is to be paid in euros, a QR code fills in the transfer (qr.h).
 *
 * What must stand on the page: Council Directive 2006/112/EC art. 226 and 219; Wet op de omzetbelasting 1968 art. 35a.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/documents/prepare.h"
#include "akkoord/domain/invoice.h"

/*
 * Renders into `arena`, which owns *bytes afterwards. Fills *bytes and *length on success only.
 * STATUS_INVALID    `document_incomplete`: a text or number that the law or this layout cannot do without is missing;
 *                   and whatever document_render_cii() refuses
 * STATUS_TOO_LARGE  `document_too_long`: more than DOCUMENT_LINES_MAX lines
 * STATUS_INTERNAL   `document_amounts`: the amounts of the lines do not add up to the net total, or do not fit
 *                   `document_failed`: a library reported an error, or no font is installed
 */
enum status document_render_pdf(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error) AKKOORD_MUST_CHECK;

/* Whether a picture can stand on a document as the seller's: a PNG of at most 256 KiB and 2000 pixels a side. What is
 * transparent in it is drawn on white. STATUS_INVALID `picture_invalid`. */
enum status document_check_logo(const struct image *logo, struct error *error) AKKOORD_MUST_CHECK;

/* Whether the typefaces of the documents are installed: for `akkoord doctor`. Without them documents are still
 * rendered, in whatever DejaVu has. STATUS_NOT_FOUND `fonts_missing` names the first one that is not there. */
enum status document_check_fonts(struct error *error) AKKOORD_MUST_CHECK;
