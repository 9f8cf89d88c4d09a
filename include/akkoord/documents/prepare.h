#pragma once
/*
 * What every format of a document begins with: the same texts cleaned, the same faults refused, so that no format shows
 * what another would not.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

#define DOCUMENT_LINES_MAX 2000

/*
 * A copy in `arena` of which every text has passed document_clean_text() and absent ones are NULL; filled on success
 * only.
 * STATUS_INVALID    `document_incomplete`, with the field: a text or number that no document can do without is missing
 * STATUS_TOO_LARGE  `document_too_long`: more than DOCUMENT_LINES_MAX lines
 * STATUS_INTERNAL   `document_amounts`: lines, VAT and totals do not add up, or do not fit
 */
enum status document_prepare(const struct invoice *invoice, struct arena *arena, const struct invoice **clean,
                             struct error *error) AKKOORD_MUST_CHECK;
