/*
 * The blocks of a page and their typography. Owns nothing; runs on the thread of the rendering, with its arena.
 *
 * The grid: margins of 20 mm, two halves, within the right half a column of labels and one of values.
 * Amounts stay integers until they are text; only places on the page are floating point.
 */
#include "akkoord/documents/blocks.h"

#include <assert.h>
#include <string.h>

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

#define FIRST_BASELINE  70.0
#define TITLE_BASELINE  224.0
#define RUNNING_TOP     104.0 /* the table's head on the pages after the first */
#define FOOTER_BASELINE (CANVAS_PAGE_HEIGHT - 40)

/* Where a text is cut. Chosen so that the fullest opening still ends on its page. */
#define SELLER_LINES_MAX 2
#define BUYER_LINES_MAX  5
#define VALUE_LINES_MAX  5
#define NAME_LINES_MAX   10
#define NOTE_LINES_MAX   8

/* Above the first and below the last baseline of a row. */
#define ROW_ABOVE        16.5
#define ROW_BELOW        8.5
#define TABLE_HEAD_BELOW 8.0

/* Initialisers: a constant can't be made from another constant in C17. */
#define INK                                                                                                            \
    {                                                                                                                  \
        0.082, 0.098, 0.118                                                                                            \
    }
#define GREY                                                                                                           \
    {                                                                                                                  \
        0.384, 0.412, 0.447                                                                                            \
    }
#define ACCENT                                                                                                         \
    {                                                                                                                  \
        0.043, 0.365, 0.341                                                                                            \
    }

static const struct colour ink = INK;
static const struct colour accent = ACCENT;
static const struct colour hairline = {0.855, 0.867, 0.882};

static const struct text_style wordmark = {15, 19, TEXT_SEMIBOLD, true, INK};
static const struct text_style title = {28, 34, TEXT_SEMIBOLD, true, INK};
static const struct text_style body = {9.5, 14, TEXT_REGULAR, false, INK};
static const struct text_style strong = {9.5, 14, TEXT_SEMIBOLD, false, INK};
static const struct text_style label = {8.5, 14, TEXT_REGULAR, false, GREY};
static const struct text_style column_head = {8.5, 11, TEXT_MEDIUM, false, GREY};
static const struct text_style small = {8.5, 13, TEXT_REGULAR, false, GREY};
static const struct text_style remark = {7.5, 14, TEXT_REGULAR, false, GREY};
static const struct text_style grand_total = {12, 17, TEXT_SEMIBOLD, false, INK};
static const struct text_style conclusion = {12, 17, TEXT_SEMIBOLD, false, ACCENT};
static const struct text_style mark = {12, 16, TEXT_SEMIBOLD, false, ACCENT};

struct column {
    double x;
    double width;
    enum text_align align;
};

#define COLUMN_GAP   12.0
#define AMOUNT_WIDTH 76.0
#define RATE_WIDTH   42.0
#define PRICE_WIDTH  72.0
#define COUNT_WIDTH  40.0

enum column_name { COLUMN_DESCRIPTION, COLUMN_COUNT, COLUMN_PRICE, COLUMN_RATE, COLUMN_AMOUNT, COLUMNS };

#define AMOUNT_X (RIGHT - AMOUNT_WIDTH)
#define RATE_X   (AMOUNT_X - COLUMN_GAP - RATE_WIDTH)
#define PRICE_X  (RATE_X - COLUMN_GAP - PRICE_WIDTH)
#define COUNT_X  (PRICE_X - COLUMN_GAP - COUNT_WIDTH)

/* The totals and the note beside them. */
#define TOTAL_WIDTH   104.0
#define TOTAL_LEADING 17.0
#define TOTAL_ABOVE   14.0
#define NOTE_WIDTH    (HALF_WIDTH - 40)
#define MARK_RADIUS   7.5

static const struct column columns[COLUMNS] = {
    [COLUMN_DESCRIPTION] = {LEFT, COUNT_X - COLUMN_GAP - LEFT, TEXT_LEFT},
    [COLUMN_COUNT] = {COUNT_X, COUNT_WIDTH, TEXT_RIGHT},
    [COLUMN_PRICE] = {PRICE_X, PRICE_WIDTH, TEXT_RIGHT},
    [COLUMN_RATE] = {RATE_X, RATE_WIDTH, TEXT_RIGHT},
    [COLUMN_AMOUNT] = {AMOUNT_X, AMOUNT_WIDTH, TEXT_RIGHT},
};

static const char *money_text(const struct sheet *sheet, int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor};
    memcpy(money.currency, sheet->invoice->currency, sizeof(money.currency));
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_money(sheet->invoice->language, &money, text);
    return text;
}

static const char *amount_text(const struct sheet *sheet, int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor};
    memcpy(money.currency, sheet->invoice->currency, sizeof(money.currency));
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_amount(sheet->invoice->language, &money, text);
    return text;
}

static const char *date_text(const struct sheet *sheet, int64_t day)
{
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_date(sheet->invoice->language, day, text);
    return text;
}

/* A rate as the reader knows it; the category says why there is none. (UNCL5305: AE reverse charge, E exempt) */
static const char *rate_text(const struct sheet *sheet, const char *vat_category, int64_t rate_basis_points)
{
    if (strcmp(vat_category, "AE") == 0)
        return sheet->words->reverse_charge;
    if (strcmp(vat_category, "E") == 0)
        return sheet->words->exempt;
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_rate(sheet->invoice->language, rate_basis_points, text);
    return text;
}

/* NULL without an IBAN. */
static const char *iban_text(const struct sheet *sheet, const char *iban)
{
    if (iban == NULL)
        return NULL;
    char *text = (char *)arena_alloc(sheet->arena, FORMAT_TEXT_BYTES);
    format_iban(iban, text);
    return text;
}

/* Absent parts are left out, with the gap. */
static const char *join(const struct sheet *sheet, const char *left, const char *gap, const char *right)
{
    if (left == NULL || right == NULL)
        return left != NULL ? left : right;
    return arena_format(sheet->arena, "%s%s%s", left, gap, right);
}

/* A paragraph; returns the baseline for what follows it. Without text it takes no room. */
static double draw_paragraph(const struct sheet *sheet, const char *text, const struct text_style *style,
                             struct text_box box)
{
    if (text == NULL)
        return box.baseline;
    canvas_begin_element(sheet->canvas, "P");
    double last = canvas_draw_text(sheet->canvas, text, style, &box);
    canvas_end_element(sheet->canvas, "P");
    return last + style->leading;
}

/* A label and its value in the right half. */
static double draw_pair(const struct sheet *sheet, const char *name, const char *value, double baseline)
{
    if (value == NULL)
        return baseline;
    struct text_box name_box = {HALF, baseline, LABEL_WIDTH - 8, TEXT_LEFT, 1};
    struct text_box value_box = {VALUE, baseline, VALUE_WIDTH, TEXT_LEFT, VALUE_LINES_MAX};
    draw_paragraph(sheet, name, &label, name_box);
    return draw_paragraph(sheet, value, &body, value_box);
}

/* The box gives the place of the first line; its lines_max holds for each line of the address. */
static double draw_address(const struct sheet *sheet, const struct postal_address *address, struct text_box box)
{
    const char *home = sheet->invoice->seller.address.country;
    bool abroad = address->country != NULL && (home == NULL || strcmp(address->country, home) != 0);
    /* Two spaces between postal code and town, as PostNL asks. */
    const char *town = join(sheet, address->postal_code, "\u00a0 ", address->city);
    box.baseline = draw_paragraph(sheet, address->street, &body, box);
    box.baseline = draw_paragraph(sheet, town, &body, box);
    return draw_paragraph(sheet, abroad ? address->country : NULL, &body, box);
}

static double draw_seller(const struct sheet *sheet)
{
    const struct seller *seller = &sheet->invoice->seller;
    const struct words *words = sheet->words;
    struct text_box name_box = {LEFT, FIRST_BASELINE, LEFT_WIDTH, TEXT_LEFT, SELLER_LINES_MAX};
    struct text_box box = {HALF, FIRST_BASELINE, HALF_WIDTH, TEXT_LEFT, SELLER_LINES_MAX};
    double left = draw_paragraph(sheet, seller->name, &wordmark, name_box);
    box.baseline = draw_address(sheet, &seller->address, box);
    double right = draw_paragraph(sheet, seller->email, &body, box) + 5;
    right = draw_pair(sheet, words->kvk_number, seller->kvk_number, right);
    right = draw_pair(sheet, words->vat_number, seller->vat_number, right);
    right = draw_pair(sheet, words->iban, iban_text(sheet, seller->iban), right);
    return left > right ? left : right;
}

static double draw_buyer(const struct sheet *sheet, double baseline)
{
    const struct buyer *buyer = &sheet->invoice->buyer;
    const struct words *words = sheet->words;
    struct text_box box = {LEFT, baseline, LEFT_WIDTH, TEXT_LEFT, BUYER_LINES_MAX};
    box.baseline = draw_paragraph(sheet, words->kinds[sheet->invoice->kind].billed_to, &label, box) + 3;
    box.baseline = draw_paragraph(sheet, buyer->company, &strong, box);
    box.baseline = draw_paragraph(sheet, buyer->name, buyer->company != NULL ? &body : &strong, box);
    box.baseline = draw_address(sheet, &buyer->address, box) + 5;
    if (buyer->kvk_number != NULL)
        box.baseline = draw_paragraph(sheet, join(sheet, words->kvk_number, " ", buyer->kvk_number), &small, box);
    if (buyer->vat_number != NULL)
        box.baseline = draw_paragraph(sheet, join(sheet, words->vat_number, " ", buyer->vat_number), &small, box);
    return box.baseline;
}

static double draw_particulars(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    const struct kind_words *kind = &words->kinds[invoice->kind];
    baseline = draw_pair(sheet, kind->number, invoice->number, baseline);
    baseline = draw_pair(sheet, kind->issue_date, date_text(sheet, invoice->issue_day), baseline);
    if (invoice->kind == DOCUMENT_CREDIT_NOTE) {
        const char *credited = arena_format(sheet->arena, "%s %s\u00a0%s", invoice->credited_number, words->credited_of,
                                            date_text(sheet, invoice->credited_day));
        baseline = draw_pair(sheet, words->credited, credited, baseline);
    }
    baseline = draw_pair(sheet, words->supply_date, date_text(sheet, invoice->supply_day), baseline);
    baseline = draw_pair(sheet, words->order_number, invoice->order_number, baseline);
    return draw_pair(sheet, words->reference, invoice->reference, baseline);
}

double block_opening(const struct sheet *sheet)
{
    double baseline = draw_seller(sheet) + 42;
    if (baseline < TITLE_BASELINE)
        baseline = TITLE_BASELINE;
    canvas_draw_rule(sheet->canvas, LEFT, baseline - 36, 28, 2.5, accent);
    struct text_box box = {LEFT, baseline, WIDTH, TEXT_LEFT, 1};
    canvas_begin_element(sheet->canvas, "H1");
    canvas_draw_text(sheet->canvas, sheet->words->kinds[sheet->invoice->kind].title, &title, &box);
    canvas_end_element(sheet->canvas, "H1");

    double buyer_end = draw_buyer(sheet, baseline + 36);
    double particulars_end = draw_particulars(sheet, baseline + 36);
    return (buyer_end > particulars_end ? buyer_end : particulars_end) + 30;
}

double block_running_head(const struct sheet *sheet)
{
    struct text_box box = {LEFT, FIRST_BASELINE, WIDTH, TEXT_LEFT, 2};
    draw_paragraph(sheet, sheet->invoice->seller.name, &strong, box);
    return RUNNING_TOP;
}

void block_footer(const struct sheet *sheet, size_t page, size_t pages)
{
    const struct invoice *invoice = sheet->invoice;
    const char *name = join(sheet, sheet->words->kinds[invoice->kind].title, " ", invoice->number);
    const char *number = arena_format(sheet->arena, "%s %zu / %zu", sheet->words->page, page, pages);
    struct text_box name_box = {LEFT, FOOTER_BASELINE, HALF_WIDTH, TEXT_LEFT, 1};
    struct text_box number_box = {HALF, FOOTER_BASELINE, HALF_WIDTH, TEXT_RIGHT, 1};
    draw_paragraph(sheet, name, &remark, name_box);
    draw_paragraph(sheet, number, &remark, number_box);
}

/* One cell; returns the baseline of its last line. */
static double draw_cell(const struct sheet *sheet, enum column_name name, const char *element, const char *text,
                        const struct text_style *style, double baseline, int lines_max)
{
    const struct column *column = &columns[name];
    struct text_box box = {column->x, baseline, column->width, column->align, lines_max};
    canvas_begin_element(sheet->canvas, element);
    double last = canvas_draw_text(sheet->canvas, text, style, &box);
    canvas_end_element(sheet->canvas, element);
    return last;
}

double block_table_head(const struct sheet *sheet, double baseline)
{
    const struct words *words = sheet->words;
    canvas_begin_element(sheet->canvas, "TR");
    draw_cell(sheet, COLUMN_DESCRIPTION, "TH", words->description, &column_head, baseline, 1);
    draw_cell(sheet, COLUMN_COUNT, "TH", words->quantity, &column_head, baseline, 1);
    draw_cell(sheet, COLUMN_PRICE, "TH", words->unit_price, &column_head, baseline, 1);
    draw_cell(sheet, COLUMN_RATE, "TH", words->vat, &column_head, baseline, 1);
    draw_cell(sheet, COLUMN_AMOUNT, "TH", words->amount, &column_head, baseline, 1);
    canvas_end_element(sheet->canvas, "TR");
    double y = baseline + TABLE_HEAD_BELOW;
    canvas_draw_rule(sheet->canvas, LEFT, y, WIDTH, 0.9, ink);
    return y;
}

double block_row(const struct sheet *sheet, const struct order_line *line, double y)
{
    double baseline = y + ROW_ABOVE;
    char count[FORMAT_TEXT_BYTES];
    format_count(sheet->invoice->language, line->quantity, count);
    canvas_begin_element(sheet->canvas, "TR");
    double last = draw_cell(sheet, COLUMN_DESCRIPTION, "TD", line->name, &body, baseline, NAME_LINES_MAX);
    draw_cell(sheet, COLUMN_COUNT, "TD", count, &body, baseline, 1);
    draw_cell(sheet, COLUMN_PRICE, "TD", amount_text(sheet, line->unit_price_minor), &body, baseline, 1);
    if (line->price_includes_vat) {
        double below = draw_cell(sheet, COLUMN_PRICE, "TD", sheet->words->price_includes_vat, &remark,
                                 baseline + remark.leading - 2, 1);
        last = last > below ? last : below;
    }
    const char *rate = rate_text(sheet, line->vat_category, line->vat_rate_basis_points);
    double rate_last = draw_cell(sheet, COLUMN_RATE, "TD", rate, &body, baseline, 2);
    last = last > rate_last ? last : rate_last;
    draw_cell(sheet, COLUMN_AMOUNT, "TD", amount_text(sheet, line->net_minor), &body, baseline, 1);
    canvas_end_element(sheet->canvas, "TR");
    double bottom = last + ROW_BELOW;
    canvas_draw_rule(sheet->canvas, LEFT, bottom, WIDTH, 0.5, hairline);
    return bottom;
}

double block_carried(const struct sheet *sheet, const char *name, int64_t amount_minor, double y)
{
    double baseline = y + ROW_ABOVE;
    struct text_box box = {LEFT, baseline, WIDTH - AMOUNT_WIDTH - COLUMN_GAP, TEXT_LEFT, 1};
    canvas_begin_element(sheet->canvas, "TR");
    canvas_begin_element(sheet->canvas, "TD");
    canvas_draw_text(sheet->canvas, name, &small, &box);
    canvas_end_element(sheet->canvas, "TD");
    draw_cell(sheet, COLUMN_AMOUNT, "TD", amount_text(sheet, amount_minor), &strong, baseline, 1);
    canvas_end_element(sheet->canvas, "TR");
    canvas_draw_rule(sheet->canvas, LEFT, y + ROW_ABOVE + ROW_BELOW, WIDTH, 0.5, hairline);
    return y + ROW_ABOVE + ROW_BELOW;
}

/* One line of the totals, in the right half. */
static void draw_total(const struct sheet *sheet, const char *name, const struct text_style *name_style,
                       const char *value, const struct text_style *value_style, double baseline)
{
    struct text_box name_box = {HALF, baseline, HALF_WIDTH - TOTAL_WIDTH - COLUMN_GAP, TEXT_LEFT, 1};
    struct text_box value_box = {RIGHT - TOTAL_WIDTH, baseline, TOTAL_WIDTH, TEXT_RIGHT, 1};
    canvas_begin_element(sheet->canvas, "TR");
    canvas_begin_element(sheet->canvas, "TH");
    canvas_draw_text(sheet->canvas, name, name_style, &name_box);
    canvas_end_element(sheet->canvas, "TH");
    canvas_begin_element(sheet->canvas, "TD");
    canvas_draw_text(sheet->canvas, value, value_style, &value_box);
    canvas_end_element(sheet->canvas, "TD");
    canvas_end_element(sheet->canvas, "TR");
}

/* A rule, and the last word below it; returns the baseline of the latter. */
static double draw_ruled_total(const struct sheet *sheet, const char *name, int64_t amount_minor,
                               const struct text_style *style, double baseline)
{
    canvas_draw_rule(sheet->canvas, HALF, baseline - 7, HALF_WIDTH, 0.9, ink);
    baseline += TOTAL_ABOVE;
    draw_total(sheet, name, style, money_text(sheet, amount_minor), style, baseline);
    return baseline;
}

/* What the buyer still has to pay, or has paid too much (negative). */
static int64_t remaining_minor(const struct invoice *invoice)
{
    int64_t remaining = 0;
    bool fits = money_subtract(invoice->totals.total_minor, invoice->prepaid_minor, &remaining);
    /* Both are 0 or more: document_render_pdf() has looked. */
    assert(fits);
    (void)fits;
    return remaining;
}

/* Net, VAT for each rate, total; returns the baseline of the last. */
static double draw_sums(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct totals *totals = &invoice->totals;
    const struct words *words = sheet->words;
    draw_total(sheet, words->net, &body, money_text(sheet, totals->net_minor), &body, baseline);
    baseline += TOTAL_LEADING;
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        const char *rate = rate_text(sheet, subtotal->vat_category, subtotal->vat_rate_basis_points);
        const char *name = arena_format(sheet->arena, "%s %s %s %s", words->vat, rate, words->vat_on,
                                        money_text(sheet, subtotal->net_minor));
        draw_total(sheet, name, &body, money_text(sheet, subtotal->vat_minor), &body, baseline);
        baseline += TOTAL_LEADING;
    }
    return draw_ruled_total(sheet, words->kinds[invoice->kind].total, totals->total_minor, &grand_total, baseline);
}

/* What was paid and what remains, or what goes back; returns the baseline of the last. */
static double draw_settlement(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    baseline += TOTAL_LEADING + 2;
    if (invoice->kind == DOCUMENT_CREDIT_NOTE)
        return draw_ruled_total(sheet, words->refunded, invoice->prepaid_minor, &conclusion, baseline);
    int64_t remaining = remaining_minor(invoice);
    if (invoice->prepaid_minor > 0) {
        draw_total(sheet, words->paid, &body, money_text(sheet, -invoice->prepaid_minor), &body, baseline);
        baseline += TOTAL_LEADING;
    }
    return draw_ruled_total(sheet, remaining < 0 ? words->received_in_excess : words->due,
                            remaining < 0 ? -remaining : remaining, &conclusion, baseline);
}

/* "Please transfer ...": NULL without an IBAN to transfer to. */
static const char *payment_request(const struct sheet *sheet, int64_t amount_minor)
{
    const struct invoice *invoice = sheet->invoice;
    const char *const *around = sheet->words->please_pay;
    if (invoice->seller.iban == NULL)
        return NULL;
    const char *iban = iban_text(sheet, invoice->seller.iban);
    return arena_format(sheet->arena, "%s%s%s%s%s%s%s%s%s", around[0], money_text(sheet, amount_minor), around[1], iban,
                        around[2], invoice->seller.name, around[3], invoice->number, around[4]);
}

/* Left of the totals: how the document stands, in a sentence; returns the baseline after it. */
static double draw_note(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    struct text_box box = {LEFT, baseline, NOTE_WIDTH, TEXT_LEFT, NOTE_LINES_MAX};
    if (invoice->kind == DOCUMENT_CREDIT_NOTE)
        return draw_paragraph(sheet, invoice->prepaid_minor > 0 ? words->refund_note : words->no_refund_note, &small,
                              box);
    int64_t remaining = remaining_minor(invoice);
    if (remaining > 0)
        return draw_paragraph(sheet, payment_request(sheet, remaining), &body, box);
    canvas_draw_tick(sheet->canvas, LEFT + MARK_RADIUS, baseline - 4.3, MARK_RADIUS, accent);
    box.x += 2 * MARK_RADIUS + 8;
    box.width -= 2 * MARK_RADIUS + 8;
    box.baseline = draw_paragraph(sheet, words->settled, &mark, box);
    return draw_paragraph(sheet, remaining < 0 ? words->excess_note : words->settled_note, &small, box);
}

static bool is_reverse_charged(const struct invoice *invoice)
{
    for (size_t i = 0; i < invoice->totals.subtotals_count; i++) {
        if (strcmp(invoice->totals.subtotals[i].vat_category, "AE") == 0)
            return true;
    }
    return false;
}

double block_closing(const struct sheet *sheet, double y)
{
    double baseline = y + 26;
    canvas_begin_element(sheet->canvas, "Table");
    double totals_end = draw_settlement(sheet, draw_sums(sheet, baseline));
    canvas_end_element(sheet->canvas, "Table");
    double note_end = draw_note(sheet, baseline);
    /* Directive 2006/112/EC art. 226 (11a) asks for these words. */
    if (is_reverse_charged(sheet->invoice)) {
        struct text_box box = {LEFT, note_end + 4, NOTE_WIDTH, TEXT_LEFT, NOTE_LINES_MAX};
        note_end = draw_paragraph(sheet, sheet->words->reverse_charge_note, &small, box);
    }
    return totals_end > note_end ? totals_end : note_end;
}
