#pragma once
/*
 * The series of numbers that this installation gives out: PREFIX YEAR "-" SEQUENCE, the sequence in at least `digits`
 * digits, without a gap in each series, kind and year. "2026-000001" and "CN2026-000001" unless set otherwise.
 *
 * Several installations over one database may give out several series (one a brand or region). A prefix belongs to one
 * series and kind for good, and a number tells its prefix (all before the four digits of the year before the last
 * hyphen), so no two documents ever have the same number.
 */
#include "akkoord/domain/invoice.h"
#include "akkoord/store/store.h"

#define SERIES_NAME_LENGTH_MAX   16
#define SERIES_PREFIX_LENGTH_MAX 10
#define SERIES_DIGITS_MIN        6
#define SERIES_DIGITS_MAX        12

struct document_series {
    char name[SERIES_NAME_LENGTH_MAX + 1]; /* empty: the first one */
    char invoice_prefix[SERIES_PREFIX_LENGTH_MAX + 1];
    char credit_note_prefix[SERIES_PREFIX_LENGTH_MAX + 1];
    int64_t digits;
};

/* What numbers are like unless set otherwise. */
void series_init(struct document_series *series);
const char *series_prefix(const struct document_series *series, enum document_kind kind);
/* A name or prefix: capitals, digits and hyphens, so that numbers can stand in paths and file names. */
bool series_text_is_valid(const char *text, size_t length_max);

/* Makes the prefixes this series' own. STATUS_CONFLICT `series_taken`, with the setting, when one belongs to another
 * series or kind, in whose numbers its own could then be found. */
enum status store_series_claim(struct store *store, struct arena *arena, const struct document_series *series,
                               struct error *error) AKKOORD_MUST_CHECK;
/* The same, without making anything anybody's: STATUS_OK also for a prefix that is nobody's yet. */
enum status store_series_check(struct store *store, struct arena *arena, const struct document_series *series,
                               struct error *error) AKKOORD_MUST_CHECK;
