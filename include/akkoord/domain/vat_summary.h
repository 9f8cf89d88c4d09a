#pragma once
/*
 * The turnover and VAT of a span of time, by period, place in the return, country, category, rate and ground. Each
 * document counts in the period of its date of issue, a credit note with its own, negative. Pure; any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/booking.h"

enum vat_period { VAT_PERIOD_MONTH, VAT_PERIOD_QUARTER, VAT_PERIOD_YEAR };

/* "month", "quarter" and "year"; STATUS_INVALID for any other word. */
enum status vat_period_parse(const char *text, enum vat_period *period) AKKOORD_MUST_CHECK;
const char *vat_period_name(enum vat_period period);

#define VAT_PERIOD_LABEL_BYTES 32
/* The first day of the period that a day lies in. */
int64_t vat_period_start_day(enum vat_period period, int64_t day);
/* "2026-03", "2026-Q1" or "2026" */
void vat_period_label(enum vat_period period, int64_t day, char out[VAT_PERIOD_LABEL_BYTES]);

struct vat_row {
    int64_t period_day; /* its first */
    enum vat_box box;
    char country[COUNTRY_BYTES];
    char vat_category[4];
    int64_t vat_rate_basis_points;
    enum vat_ground ground;
    int64_t documents; /* that have such a subtotal */
    int64_t net_euro_minor;
    int64_t vat_euro_minor;
};

/* Each country has a few rates, and a year twelve months. */
#define VAT_SUMMARY_ROWS_MAX 20000

struct vat_summary {
    struct arena *arena; /* owns the rows */
    enum vat_period period;
    struct vat_row *rows; /* sorted in the order of struct vat_row's members */
    size_t count;
    size_t capacity;
};

void vat_summary_init(struct vat_summary *summary, struct arena *arena, enum vat_period period);
/* STATUS_TOO_LARGE `amount_too_large`, or `too_many_rows` for more than VAT_SUMMARY_ROWS_MAX. */
enum status vat_summary_add(struct vat_summary *summary, int64_t issue_day, const struct booking *booking,
                            struct error *error) AKKOORD_MUST_CHECK;
