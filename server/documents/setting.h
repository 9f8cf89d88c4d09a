#pragma once
/*
 * What the blocks of a page share: the grid, the typography, and values as text.
 *
 * The grid: margins of 20 mm, two halves, within the right half a column of labels and one of values. The totals are a
 * little wider than a half. Places are points from the top left corner.
 */
#include "akkoord/documents/blocks.h"
#include "akkoord/documents/format.h"

#define MARGIN      56.693 /* 20 mm */
#define LEFT        MARGIN
#define RIGHT       (CANVAS_PAGE_WIDTH - MARGIN)
#define WIDTH       (RIGHT - LEFT)
#define HALF        (LEFT + WIDTH / 2)
#define HALF_WIDTH  (WIDTH / 2)
#define LEFT_WIDTH  (HALF_WIDTH - 28)
#define LABEL_WIDTH 88.0
#define VALUE       (HALF + LABEL_WIDTH)
#define VALUE_WIDTH (RIGHT - VALUE)

#define SETTING_INK                                                                                                    \
    {                                                                                                                  \
        0.082, 0.098, 0.118                                                                                            \
    }
#define SETTING_ACCENT                                                                                                 \
    {                                                                                                                  \
        0.043, 0.365, 0.341                                                                                            \
    }

extern const struct colour setting_ink;
extern const struct colour setting_accent;
extern const struct colour setting_hairline;

extern const struct text_style setting_wordmark;
extern const struct text_style setting_title;
extern const struct text_style setting_body;
extern const struct text_style setting_strong;
extern const struct text_style setting_label;
extern const struct text_style setting_column_head;
extern const struct text_style setting_small;
extern const struct text_style setting_remark;
extern const struct text_style setting_grand_total;
extern const struct text_style setting_conclusion;
extern const struct text_style setting_mark;

/* Texts in the sheet's arena and language. */
const char *setting_money(const struct sheet *sheet, int64_t amount_minor);
const char *setting_euros(const struct sheet *sheet, int64_t amount_minor);
const char *setting_amount(const struct sheet *sheet, int64_t amount_minor);
const char *setting_date(const struct sheet *sheet, int64_t day);
/* A rate as the reader knows it; of the categories without one, the word that says why. */
const char *setting_rate(const struct sheet *sheet, const char *vat_category, int64_t rate_basis_points);
/* NULL without an IBAN. */
const char *setting_iban(const struct sheet *sheet, const char *iban);
/* Absent parts are left out, with the gap. */
const char *setting_join(const struct sheet *sheet, const char *left, const char *gap, const char *right);

/* A paragraph; returns the baseline for what follows it. Without text it takes no room. */
double setting_paragraph(const struct sheet *sheet, const char *text, const struct text_style *style,
                         struct text_box box);
