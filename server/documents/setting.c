/*
 * The typography, and values as text. Owns nothing; runs on the thread of the rendering, with its arena.
 * Amounts stay integers until they are text; only places on the page are floating point.
 */
#include "setting.h"

#include <string.h>

/* Initialisers: a constant can't be made from another constant in C17. */
#define GREY                                                                                                           \
    {                                                                                                                  \
        0.384, 0.412, 0.447                                                                                            \
    }
#define INK SETTING_INK

const struct colour setting_ink = SETTING_INK;
const struct colour setting_accent = SETTING_ACCENT;
const struct colour setting_hairline = {0.855, 0.867, 0.882};

const struct text_style setting_wordmark = {15, 19, TEXT_SEMIBOLD, true, INK};
const struct text_style setting_title = {28, 34, TEXT_SEMIBOLD, true, INK};
const struct text_style setting_body = {9.5, 14, TEXT_REGULAR, false, INK};
const struct text_style setting_strong = {9.5, 14, TEXT_SEMIBOLD, false, INK};
const struct text_style setting_label = {8.5, 14, TEXT_REGULAR, false, GREY};
const struct text_style setting_column_head = {8.5, 11, TEXT_SEMIBOLD, false, GREY};
const struct text_style setting_small = {8.5, 13, TEXT_REGULAR, false, GREY};
const struct text_style setting_remark = {7.5, 14, TEXT_REGULAR, false, GREY};
const struct text_style setting_grand_total = {12, 17, TEXT_SEMIBOLD, false, INK};
const struct text_style setting_conclusion = {12, 17, TEXT_SEMIBOLD, false, SETTING_ACCENT};
const struct text_style setting_mark = {12, 16, TEXT_SEMIBOLD, false, SETTING_ACCENT};

const char *setting_money(const struct sheet *sheet, int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor};
    memcpy(money.currency, sheet->invoice->currency, sizeof(money.currency));
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_money(sheet->invoice->language, &money, text);
    return text;
}

const char *setting_euros(const struct sheet *sheet, int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor, .currency = "EUR"};
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_money(sheet->invoice->language, &money, text);
    return text;
}

const char *setting_amount(const struct sheet *sheet, int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor};
    memcpy(money.currency, sheet->invoice->currency, sizeof(money.currency));
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_amount(sheet->invoice->language, &money, text);
    return text;
}

const char *setting_date(const struct sheet *sheet, int64_t day)
{
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_date(sheet->invoice->language, day, text);
    return text;
}

/* UNCL5305: AE reverse charge, E exempt. */
const char *setting_rate(const struct sheet *sheet, const char *vat_category, int64_t rate_basis_points)
{
    if (strcmp(vat_category, "AE") == 0)
        return sheet->words->reverse_charge;
    if (strcmp(vat_category, "E") == 0)
        return sheet->words->exempt;
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_rate(sheet->invoice->language, rate_basis_points, text);
    return text;
}

const char *setting_iban(const struct sheet *sheet, const char *iban)
{
    if (iban == NULL)
        return NULL;
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_iban(iban, text);
    return text;
}

const char *setting_join(const struct sheet *sheet, const char *left, const char *gap, const char *right)
{
    if (left == NULL || right == NULL)
        return left != NULL ? left : right;
    return arena_format(sheet->arena, "%s%s%s", left, gap, right);
}

double setting_paragraph(const struct sheet *sheet, const char *text, const struct text_style *style,
                         struct text_box box)
{
    if (text == NULL)
        return box.baseline;
    canvas_begin_element(sheet->canvas, "P");
    double last = canvas_draw_text(sheet->canvas, text, style, &box);
    canvas_end_element(sheet->canvas, "P");
    return last + style->leading;
}
