/*
 * The opening of a page, the rows of its table and its foot. Owns nothing; runs on the thread of the rendering, with
 * its arena.
 */
#include "akkoord/documents/blocks.h"

#include <string.h>

#include "akkoord/domain/tax.h"
#include "countries.h"
#include "setting.h"

#define FIRST_BASELINE  70.0
#define TITLE_BASELINE  224.0
#define LOGO_TOP        52.0
#define LOGO_WIDTH      190.0
#define LOGO_HEIGHT     56.0
#define RUNNING_TOP     104.0 /* the table's head on the pages after the first */
#define FOOTER_BASELINE (CANVAS_PAGE_HEIGHT - 40)

/* Where a text is cut. Chosen so that the fullest opening still ends on its page. */
#define WORDMARK_LINES_MAX 6 /* what stands above the title anyway */
#define SELLER_LINES_MAX   3
#define BUYER_LINES_MAX    5
#define VALUE_LINES_MAX    5
#define NAME_LINES_MAX     10
#define BASIS_LINES_MAX    2

/* Above the first and below the last baseline of a row. */
#define ROW_ABOVE        16.5
#define ROW_BELOW        8.5
#define TABLE_HEAD_BELOW 8.0

struct column {
    double x;
    double width;
    enum text_align align;
};

#define COLUMN_GAP   12.0
#define AMOUNT_WIDTH 76.0
#define RATE_WIDTH   54.0
#define PRICE_WIDTH  72.0
#define COUNT_WIDTH  40.0

enum column_name { COLUMN_DESCRIPTION, COLUMN_COUNT, COLUMN_PRICE, COLUMN_RATE, COLUMN_AMOUNT, COLUMNS };

#define AMOUNT_X (RIGHT - AMOUNT_WIDTH)
#define RATE_X   (AMOUNT_X - COLUMN_GAP - RATE_WIDTH)
#define PRICE_X  (RATE_X - COLUMN_GAP - PRICE_WIDTH)
#define COUNT_X  (PRICE_X - COLUMN_GAP - COUNT_WIDTH)

static const struct column columns[COLUMNS] = {
    [COLUMN_DESCRIPTION] = {LEFT, COUNT_X - COLUMN_GAP - LEFT, TEXT_LEFT},
    [COLUMN_COUNT] = {COUNT_X, COUNT_WIDTH, TEXT_RIGHT},
    [COLUMN_PRICE] = {PRICE_X, PRICE_WIDTH, TEXT_RIGHT},
    [COLUMN_RATE] = {RATE_X, RATE_WIDTH, TEXT_RIGHT},
    [COLUMN_AMOUNT] = {AMOUNT_X, AMOUNT_WIDTH, TEXT_RIGHT},
};

/* A label and its value in the right half. */
static double draw_pair(const struct sheet *sheet, const char *name, const char *value, double baseline)
{
    if (value == NULL)
        return baseline;
    struct text_box name_box = {HALF, baseline, LABEL_WIDTH - 8, TEXT_LEFT, 1};
    struct text_box value_box = {VALUE, baseline, VALUE_WIDTH, TEXT_LEFT, VALUE_LINES_MAX};
    setting_paragraph(sheet, name, &setting_label, name_box);
    return setting_paragraph(sheet, value, &setting_body, value_box);
}

/* The box gives the place of the first line; its lines_max holds for each line of the address. */
static double draw_address(const struct sheet *sheet, const struct postal_address *address, struct text_box box)
{
    const char *home = sheet->invoice->seller.address.country;
    bool abroad = address->country != NULL && (home == NULL || strcmp(address->country, home) != 0);
    /* Two spaces between postal code and town, as PostNL asks. */
    const char *town = setting_join(sheet, address->postal_code, "\u00a0 ", address->city);
    box.baseline = setting_paragraph(sheet, address->street, &setting_body, box);
    box.baseline = setting_paragraph(sheet, town, &setting_body, box);
    const char *country = country_name(sheet->invoice->language, address->country);
    return setting_paragraph(sheet, abroad ? country : NULL, &setting_body, box);
}

/* The seller's picture; returns the baseline after it. */
static double draw_logo(const struct sheet *sheet)
{
    const struct seller *seller = &sheet->invoice->seller;
    struct picture picture = picture_fit(&seller->logo, LOGO_WIDTH, LOGO_HEIGHT);
    canvas_draw_picture(sheet->canvas, &picture, setting_join(sheet, sheet->words->logo_shows, " ", seller->name), LEFT,
                        LOGO_TOP);
    return LOGO_TOP + picture.height + setting_body.leading;
}

/* Who it is from: the name as a wordmark, or a picture and the name above the address. */
static double draw_seller(const struct sheet *sheet)
{
    const struct seller *seller = &sheet->invoice->seller;
    const struct words *words = sheet->words;
    struct text_box name_box = {LEFT, FIRST_BASELINE, LEFT_WIDTH, TEXT_LEFT, WORDMARK_LINES_MAX};
    struct text_box box = {HALF, FIRST_BASELINE, HALF_WIDTH, TEXT_LEFT, SELLER_LINES_MAX};
    double left;
    if (seller->logo.png != NULL) {
        left = draw_logo(sheet);
        box.baseline = setting_paragraph(sheet, seller->name, &setting_strong, box);
    } else {
        left = setting_paragraph(sheet, seller->name, &setting_wordmark, name_box);
    }
    box.baseline = draw_address(sheet, &seller->address, box);
    double right = setting_paragraph(sheet, seller->email, &setting_body, box) + 5;
    right = draw_pair(sheet, words->kvk_number, seller->kvk_number, right);
    right = draw_pair(sheet, words->vat_number, seller->vat_number, right);
    right = draw_pair(sheet, words->iban, setting_iban(sheet, seller->iban), right);
    return left > right ? left : right;
}

static double draw_buyer(const struct sheet *sheet, double baseline)
{
    const struct buyer *buyer = &sheet->invoice->buyer;
    const struct words *words = sheet->words;
    struct text_box box = {LEFT, baseline, LEFT_WIDTH, TEXT_LEFT, BUYER_LINES_MAX};
    box.baseline = setting_paragraph(sheet, words->kinds[sheet->invoice->kind].billed_to, &setting_label, box) + 3;
    box.baseline = setting_paragraph(sheet, buyer->company, &setting_strong, box);
    box.baseline = setting_paragraph(sheet, buyer->name, buyer->company != NULL ? &setting_body : &setting_strong, box);
    box.baseline = draw_address(sheet, &buyer->address, box) + 5;
    if (buyer->kvk_number != NULL)
        box.baseline = setting_paragraph(sheet, setting_join(sheet, words->kvk_number, " ", buyer->kvk_number),
                                         &setting_small, box);
    if (buyer->oin != NULL)
        box.baseline = setting_paragraph(sheet, setting_join(sheet, words->oin, " ", buyer->oin), &setting_small, box);
    if (buyer->vat_number != NULL)
        box.baseline = setting_paragraph(sheet, setting_join(sheet, words->vat_number, " ", buyer->vat_number),
                                         &setting_small, box);
    return box.baseline;
}

/* A day, or the period from one to the other. */
static double draw_supply(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    const char *from = setting_date(sheet, invoice->supply_day);
    if (invoice->supply_end_day <= invoice->supply_day)
        return draw_pair(sheet, words->supply_date, from, baseline);
    const char *period =
        arena_format(sheet->arena, "%s %s %s", from, words->until, setting_date(sheet, invoice->supply_end_day));
    return draw_pair(sheet, words->supply_period, period, baseline);
}

static double draw_particulars(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    const struct kind_words *kind = &words->kinds[invoice->kind];
    baseline = draw_pair(sheet, kind->number, invoice->number, baseline);
    baseline = draw_pair(sheet, kind->issue_date, setting_date(sheet, invoice->issue_day), baseline);
    if (invoice->kind == DOCUMENT_CREDIT_NOTE) {
        const char *credited = arena_format(sheet->arena, "%s %s\u00a0%s", invoice->credited_number, words->credited_of,
                                            setting_date(sheet, invoice->credited_day));
        baseline = draw_pair(sheet, words->credited, credited, baseline);
    }
    baseline = draw_supply(sheet, baseline);
    if (invoice->due_day != 0 && invoice->kind == DOCUMENT_INVOICE)
        baseline = draw_pair(sheet, words->due_date, setting_date(sheet, invoice->due_day), baseline);
    baseline = draw_pair(sheet, words->order_number, invoice->order_number, baseline);
    return draw_pair(sheet, words->reference, invoice->reference, baseline);
}

double block_opening(const struct sheet *sheet)
{
    double baseline = draw_seller(sheet) + 42;
    if (baseline < TITLE_BASELINE)
        baseline = TITLE_BASELINE;
    canvas_draw_rule(sheet->canvas, LEFT, baseline - 36, 28, 2.5, setting_accent);
    struct text_box box = {LEFT, baseline, WIDTH, TEXT_LEFT, 1};
    canvas_begin_element(sheet->canvas, "H1");
    canvas_draw_text(sheet->canvas, sheet->words->kinds[sheet->invoice->kind].title, &setting_title, &box);
    canvas_end_element(sheet->canvas, "H1");

    double buyer_end = draw_buyer(sheet, baseline + 36);
    double particulars_end = draw_particulars(sheet, baseline + 36);
    return (buyer_end > particulars_end ? buyer_end : particulars_end) + 30;
}

double block_running_head(const struct sheet *sheet)
{
    struct text_box box = {LEFT, FIRST_BASELINE, WIDTH, TEXT_LEFT, 2};
    setting_paragraph(sheet, sheet->invoice->seller.name, &setting_strong, box);
    return RUNNING_TOP;
}

void block_footer(const struct sheet *sheet, size_t page, size_t pages)
{
    const struct invoice *invoice = sheet->invoice;
    const char *name = setting_join(sheet, sheet->words->kinds[invoice->kind].title, " ", invoice->number);
    const char *number = arena_format(sheet->arena, "%s %zu / %zu", sheet->words->page, page, pages);
    struct text_box name_box = {LEFT, FOOTER_BASELINE, HALF_WIDTH, TEXT_LEFT, 1};
    struct text_box number_box = {HALF, FOOTER_BASELINE, HALF_WIDTH, TEXT_RIGHT, 1};
    setting_paragraph(sheet, name, &setting_remark, name_box);
    setting_paragraph(sheet, number, &setting_remark, number_box);
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
    draw_cell(sheet, COLUMN_DESCRIPTION, "TH", words->description, &setting_column_head, baseline, 1);
    draw_cell(sheet, COLUMN_COUNT, "TH", words->quantity, &setting_column_head, baseline, 1);
    draw_cell(sheet, COLUMN_PRICE, "TH", words->unit_price, &setting_column_head, baseline, 1);
    draw_cell(sheet, COLUMN_RATE, "TH", words->vat, &setting_column_head, baseline, 1);
    draw_cell(sheet, COLUMN_AMOUNT, "TH", words->amount, &setting_column_head, baseline, 1);
    canvas_end_element(sheet->canvas, "TR");
    double y = baseline + TABLE_HEAD_BELOW;
    canvas_draw_rule(sheet->canvas, LEFT, y, WIDTH, 0.9, setting_ink);
    return y;
}

/* Where there is no VAT, a price that includes it would raise questions. */
static bool shows_vat_included(const struct order_line *line)
{
    return line->price_includes_vat && line->vat_rate_basis_points > 0;
}

/* What was sold, and below it the discount that is in its amount; returns the last baseline. */
static double draw_description(const struct sheet *sheet, const struct order_line *line, double baseline)
{
    const struct column *column = &columns[COLUMN_DESCRIPTION];
    const struct words *words = sheet->words;
    struct text_box box = {column->x, baseline, column->width, column->align, NAME_LINES_MAX};
    canvas_begin_element(sheet->canvas, "TD");
    double last = canvas_draw_text(sheet->canvas, line->name, &setting_body, &box);
    if (line->discount_minor > 0) {
        const char *basis = shows_vat_included(line) ? words->price_includes_vat : NULL;
        const char *amount = setting_join(sheet, setting_money(sheet, line->discount_minor), " ", basis);
        const char *text =
            arena_format(sheet->arena, "%s%s%s", words->line_discount[0], amount, words->line_discount[1]);
        box.baseline = last + setting_small.leading;
        last = canvas_draw_text(sheet->canvas, setting_join(sheet, text, ": ", line->discount_reason), &setting_small,
                                &box);
    }
    canvas_end_element(sheet->canvas, "TD");
    return last;
}

/* The price without VAT, which has to be told (Directive 2006/112/EC, art. 226 point 8), and below it the price that
 * was asked where that includes VAT: amounts are reckoned from the latter. Returns the last baseline. */
static double draw_price(const struct sheet *sheet, const struct order_line *line, double baseline)
{
    const struct column *column = &columns[COLUMN_PRICE];
    struct text_box box = {column->x, baseline, column->width, column->align, 1};
    int64_t net_minor = line->unit_price_minor;
    bool includes_vat = shows_vat_included(line) &&
                        tax_net_unit_price(line->unit_price_minor, true, line->vat_rate_basis_points, &net_minor);
    canvas_begin_element(sheet->canvas, "TD");
    double last = canvas_draw_text(sheet->canvas, setting_amount(sheet, net_minor), &setting_body, &box);
    if (includes_vat) {
        const char *asked =
            setting_join(sheet, setting_amount(sheet, line->unit_price_minor), " ", sheet->words->price_includes_vat);
        box.baseline = baseline + setting_remark.leading - 2;
        box.lines_max = BASIS_LINES_MAX;
        last = canvas_draw_text(sheet->canvas, asked, &setting_remark, &box);
    }
    canvas_end_element(sheet->canvas, "TD");
    return last;
}

double block_row(const struct sheet *sheet, const struct order_line *line, double y)
{
    double baseline = y + ROW_ABOVE;
    char count[FORMAT_TEXT_BYTES];
    format_count(sheet->invoice->language, line->quantity, count);
    canvas_begin_element(sheet->canvas, "TR");
    double last = draw_description(sheet, line, baseline);
    draw_cell(sheet, COLUMN_COUNT, "TD", count, &setting_body, baseline, 1);
    double price_last = draw_price(sheet, line, baseline);
    last = last > price_last ? last : price_last;
    const char *rate = setting_rate(sheet, line->vat_category, line->vat_rate_basis_points);
    double rate_last = draw_cell(sheet, COLUMN_RATE, "TD", rate, &setting_body, baseline, 2);
    last = last > rate_last ? last : rate_last;
    draw_cell(sheet, COLUMN_AMOUNT, "TD", setting_amount(sheet, line->net_minor), &setting_body, baseline, 1);
    canvas_end_element(sheet->canvas, "TR");
    double bottom = last + ROW_BELOW;
    canvas_draw_rule(sheet->canvas, LEFT, bottom, WIDTH, 0.5, setting_hairline);
    return bottom;
}

double block_carried(const struct sheet *sheet, const char *name, int64_t amount_minor, double y)
{
    double baseline = y + ROW_ABOVE;
    struct text_box box = {LEFT, baseline, WIDTH - AMOUNT_WIDTH - COLUMN_GAP, TEXT_LEFT, 1};
    canvas_begin_element(sheet->canvas, "TR");
    canvas_begin_element(sheet->canvas, "TD");
    canvas_draw_text(sheet->canvas, name, &setting_small, &box);
    canvas_end_element(sheet->canvas, "TD");
    draw_cell(sheet, COLUMN_AMOUNT, "TD", setting_amount(sheet, amount_minor), &setting_strong, baseline, 1);
    canvas_end_element(sheet->canvas, "TR");
    canvas_draw_rule(sheet->canvas, LEFT, y + ROW_ABOVE + ROW_BELOW, WIDTH, 0.5, setting_hairline);
    return y + ROW_ABOVE + ROW_BELOW;
}
