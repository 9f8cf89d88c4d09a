/*
 * Which lines go on which page, and the drawing of the pages. Everything is measured first, because the first page
 * already says how many there are. Lives for one call, on the caller's thread, with the caller's arena.
 *
 * Invariants: every line stands on exactly one page, in order; what a page carries forward is what the next one brings;
 * the last line and the totals stand together.
 */
#include "akkoord/documents/sheet.h"

#include <assert.h>

#include "akkoord/base/money.h"
#include "akkoord/documents/blocks.h"

struct page {
    size_t first_line;
    size_t lines_count;
    int64_t brought_minor; /* net amount of the lines on earlier pages */
    int64_t carried_minor; /* the same with this page's lines */
};

struct plan {
    struct page *pages;
    size_t pages_count;
};

static bool is_first_page(const struct plan *plan, const struct page *page)
{
    return page == plan->pages;
}

static bool is_last_page(const struct plan *plan, const struct page *page)
{
    return page == plan->pages + plan->pages_count - 1;
}

/* The room that one line asks for: with what has to follow it on the same page. */
static double line_height(const struct sheet *sheet, size_t line)
{
    double below = block_row(sheet, &sheet->invoice->lines[line], 0);
    bool last = line + 1 == sheet->invoice->lines_count;
    return last ? block_closing(sheet, below) : block_carried(sheet, "", 0, below);
}

/* Where the rows of a page begin. */
static double rows_top(const struct sheet *sheet, const struct page *page, bool first_page)
{
    double y = block_table_head(sheet, first_page ? block_opening(sheet) : block_running_head(sheet));
    return page->first_line > 0 ? block_carried(sheet, "", 0, y) : y;
}

/* Takes as many lines as the page has room for. A page after the first takes one whatever its height, so that every
 * page but a first one filled by its opening makes progress. */
static void fill_page(const struct sheet *sheet, struct page *page, bool first_page)
{
    const struct invoice *invoice = sheet->invoice;
    double y = rows_top(sheet, page, first_page);
    for (size_t i = page->first_line; i < invoice->lines_count; i++) {
        bool must_take = !first_page && page->lines_count == 0;
        if (!must_take && y + line_height(sheet, i) > BLOCKS_BOTTOM)
            break;
        y = block_row(sheet, &invoice->lines[i], y);
        page->lines_count++;
        bool fits = money_add(page->carried_minor, invoice->lines[i].net_minor, &page->carried_minor);
        /* document_render_pdf() has added them up before. */
        assert(fits);
        (void)fits;
    }
}

static struct plan plan_pages(const struct sheet *sheet)
{
    /* Each page but the first takes a line at least. */
    struct plan plan = {.pages = ARENA_ARRAY(sheet->arena, struct page, sheet->invoice->lines_count + 1)};
    canvas_set_measuring(sheet->canvas, true);
    size_t next_line = 0;
    int64_t carried_minor = 0;
    while (next_line < sheet->invoice->lines_count) {
        struct page *page = &plan.pages[plan.pages_count];
        *page = (struct page){.first_line = next_line, .brought_minor = carried_minor, .carried_minor = carried_minor};
        fill_page(sheet, page, plan.pages_count == 0);
        next_line += page->lines_count;
        carried_minor = page->carried_minor;
        plan.pages_count++;
    }
    canvas_set_measuring(sheet->canvas, false);
    return plan;
}

/* Returns where the table ends. */
static double draw_table(const struct sheet *sheet, const struct plan *plan, const struct page *page, double baseline)
{
    canvas_begin_element(sheet->canvas, "Table");
    double y = block_table_head(sheet, baseline);
    if (page->first_line > 0)
        y = block_carried(sheet, sheet->words->brought_forward, page->brought_minor, y);
    for (size_t i = 0; i < page->lines_count; i++)
        y = block_row(sheet, &sheet->invoice->lines[page->first_line + i], y);
    if (!is_last_page(plan, page))
        y = block_carried(sheet, sheet->words->carried_forward, page->carried_minor, y);
    canvas_end_element(sheet->canvas, "Table");
    return y;
}

static void draw_page(const struct sheet *sheet, const struct plan *plan, const struct page *page)
{
    double baseline = is_first_page(plan, page) ? block_opening(sheet) : block_running_head(sheet);
    /* An opening that fills its page leaves no table on it. */
    if (page->lines_count > 0) {
        double y = draw_table(sheet, plan, page, baseline);
        if (is_last_page(plan, page))
            block_closing(sheet, y);
    }
    block_footer(sheet, (size_t)(page - plan->pages) + 1, plan->pages_count);
    canvas_end_page(sheet->canvas, is_last_page(plan, page));
}

void sheet_draw(struct canvas *canvas, const struct invoice *invoice, struct arena *arena)
{
    struct sheet sheet = {.canvas = canvas, .invoice = invoice, .words = words_of(invoice->language), .arena = arena};
    struct plan plan = plan_pages(&sheet);
    for (size_t i = 0; i < plan.pages_count; i++)
        draw_page(&sheet, &plan, &plan.pages[i]);
}
