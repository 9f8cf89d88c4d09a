/*
 * What stands below the last line: totals, what was paid and what remains, how to pay it, and what the law wants told.
 * Owns nothing; runs on the thread of the rendering, with its arena.
 */
#include "akkoord/documents/blocks.h"

#include <assert.h>
#include <string.h>

#include "akkoord/documents/grounds.h"
#include "akkoord/documents/qr.h"
#include "setting.h"

/* The totals, and the note beside them. */
#define TOTALS        (HALF - 34)
#define TOTALS_WIDTH  (RIGHT - TOTALS)
#define TOTAL_WIDTH   104.0
#define TOTAL_GAP     12.0
#define TOTAL_LEADING 17.0
#define TOTAL_ABOVE   14.0
#define NOTE_WIDTH    (TOTALS - LEFT - 30)
#define MARK_RADIUS   7.5

/* Where a text is cut. */
#define NOTE_LINES_MAX   8
#define GROUND_LINES_MAX 3

/* The code for a transfer, its quiet zone left out: the page around it is white. */
#define CODE_SIZE  76.0
#define CODE_ABOVE 14.0

/* ---- totals ---- */

/* One line of the totals. */
static void draw_total(const struct sheet *sheet, const char *name, const struct text_style *name_style,
                       const char *value, const struct text_style *value_style, double baseline)
{
    struct text_box name_box = {TOTALS, baseline, TOTALS_WIDTH - TOTAL_WIDTH - TOTAL_GAP, TEXT_LEFT, 1};
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

/* The same in plain type; returns the baseline of the next. */
static double draw_plain_total(const struct sheet *sheet, const char *name, const char *value, double baseline)
{
    draw_total(sheet, name, &setting_body, value, &setting_body, baseline);
    return baseline + TOTAL_LEADING;
}

/* A rule, and the last word below it; returns the baseline of the latter. */
static double draw_ruled_total(const struct sheet *sheet, const char *name, int64_t amount_minor,
                               const struct text_style *style, double baseline)
{
    canvas_draw_rule(sheet->canvas, TOTALS, baseline - 7, TOTALS_WIDTH, 0.9, setting_ink);
    baseline += TOTAL_ABOVE;
    draw_total(sheet, name, style, setting_money(sheet, amount_minor), style, baseline);
    return baseline;
}

/* What the buyer still has to pay, or has paid too much (negative). */
static int64_t remaining_minor(const struct invoice *invoice)
{
    int64_t remaining = 0;
    bool fits = money_subtract(invoice->totals.total_minor, invoice->prepaid_minor, &remaining);
    /* Both are 0 or more: document_prepare() has looked. */
    assert(fits);
    (void)fits;
    return remaining;
}

/* The document's discount, where there is one. */
static double draw_discount(const struct sheet *sheet, double baseline)
{
    const struct totals *totals = &sheet->invoice->totals;
    const struct words *words = sheet->words;
    if (totals->discount_net_minor == 0)
        return baseline;
    const char *name = setting_join(sheet, words->discount, ": ", sheet->invoice->discount_reason);
    struct text_box box = {TOTALS, 0, TOTALS_WIDTH - TOTAL_WIDTH - TOTAL_GAP, TEXT_LEFT, 2};
    baseline = draw_plain_total(sheet, words->lines_net, setting_money(sheet, totals->lines_net_minor), baseline);
    box.baseline = baseline;
    struct text_box value_box = {RIGHT - TOTAL_WIDTH, baseline, TOTAL_WIDTH, TEXT_RIGHT, 1};
    canvas_begin_element(sheet->canvas, "TR");
    canvas_begin_element(sheet->canvas, "TH");
    double last = canvas_draw_text(sheet->canvas, name, &setting_body, &box);
    canvas_end_element(sheet->canvas, "TH");
    canvas_begin_element(sheet->canvas, "TD");
    canvas_draw_text(sheet->canvas, setting_money(sheet, -totals->discount_net_minor), &setting_body, &value_box);
    canvas_end_element(sheet->canvas, "TD");
    canvas_end_element(sheet->canvas, "TR");
    return last + TOTAL_LEADING;
}

/* "Btw 19% (DE) over € 100,00": the country where it is not the seller's. */
static const char *subtotal_name(const struct sheet *sheet, const struct vat_subtotal *subtotal)
{
    const char *rate = setting_rate(sheet, subtotal->vat_category, subtotal->vat_rate_basis_points);
    if (subtotal->ground == VAT_GROUND_ONE_STOP_SHOP)
        rate = arena_format(sheet->arena, "%s\u00a0(%s)", rate, subtotal->country);
    return arena_format(sheet->arena, "%s %s %s %s", sheet->words->vat, rate, sheet->words->vat_on,
                        setting_money(sheet, subtotal->net_minor));
}

static bool is_exchanged(const struct invoice *invoice)
{
    return invoice->exchange.per_euro_millionths > 0;
}

/* Net, VAT for each rate, total; returns the baseline of the last. */
static double draw_sums(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct totals *totals = &invoice->totals;
    baseline = draw_discount(sheet, baseline);
    baseline = draw_plain_total(sheet, sheet->words->net, setting_money(sheet, totals->net_minor), baseline);
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        baseline = draw_plain_total(sheet, subtotal_name(sheet, subtotal), setting_money(sheet, subtotal->vat_minor),
                                    baseline);
    }
    return draw_ruled_total(sheet, sheet->words->kinds[invoice->kind].total, totals->total_minor, &setting_grand_total,
                            baseline);
}

/* What was paid and what remains, or what goes back; returns the baseline of the last. */
static double draw_settlement(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    baseline += TOTAL_LEADING + 2;
    if (is_exchanged(invoice))
        baseline = draw_plain_total(sheet, words->vat_in_euros, setting_euros(sheet, invoice->exchange.vat_euro_minor),
                                    baseline);
    /* What is set off and not sent back is told in words: "refunded: nothing" would alarm. */
    if (invoice->kind == DOCUMENT_CREDIT_NOTE && invoice->prepaid_minor == 0)
        return baseline - TOTAL_LEADING;
    if (invoice->kind == DOCUMENT_CREDIT_NOTE)
        return draw_ruled_total(sheet, words->refunded, invoice->prepaid_minor, &setting_conclusion, baseline);
    int64_t remaining = remaining_minor(invoice);
    if (invoice->prepaid_minor > 0)
        baseline = draw_plain_total(sheet, words->paid, setting_money(sheet, -invoice->prepaid_minor), baseline);
    return draw_ruled_total(sheet, remaining < 0 ? words->received_in_excess : words->due,
                            remaining < 0 ? -remaining : remaining, &setting_conclusion, baseline);
}

/* ---- how the document stands ---- */

/* "Please transfer ...": NULL without an IBAN to transfer to. */
static const char *payment_request(const struct sheet *sheet, int64_t amount_minor)
{
    const struct invoice *invoice = sheet->invoice;
    const char *const *around = sheet->words->please_pay;
    if (invoice->seller.iban == NULL)
        return NULL;
    const char *iban = setting_iban(sheet, invoice->seller.iban);
    return arena_format(sheet->arena, "%s%s%s%s%s%s%s%s%s", around[0], setting_money(sheet, amount_minor), around[1],
                        iban, around[2], invoice->seller.name, around[3], invoice->number, around[4]);
}

/* A code that fills in the transfer, in euros only; returns the baseline after it. */
static double draw_code(const struct sheet *sheet, int64_t amount_minor, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct qr_transfer transfer = {.name = invoice->seller.name,
                                         .iban = invoice->seller.iban,
                                         .bic = invoice->seller.bic,
                                         .amount_minor = amount_minor,
                                         .remittance = invoice->number};
    const char *text = qr_transfer_text(sheet->arena, &transfer);
    struct qr qr;
    if (strcmp(invoice->currency, "EUR") != 0 || text == NULL || !qr_encode(sheet->arena, text, &qr))
        return baseline;
    double top = baseline - setting_body.leading + CODE_ABOVE;
    canvas_draw_modules(sheet->canvas, qr.modules, qr.count, sheet->words->code_shows, LEFT, top, CODE_SIZE);
    /* Beside it, beyond its quiet zone. */
    double quiet = CODE_SIZE / (double)qr.count * QR_QUIET_MODULES;
    struct text_box box = {LEFT + CODE_SIZE + quiet + 4, top + setting_small.leading - 4,
                           NOTE_WIDTH - CODE_SIZE - quiet - 4, TEXT_LEFT, NOTE_LINES_MAX};
    setting_paragraph(sheet, sheet->words->scan_to_pay, &setting_small, box);
    return top + CODE_SIZE + setting_small.leading;
}

static double draw_request(const struct sheet *sheet, int64_t amount_minor, struct text_box box)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    const char *heading = words->to_pay;
    if (invoice->due_day != 0)
        heading = setting_join(sheet, words->to_pay_by, " ", setting_date(sheet, invoice->due_day));
    box.baseline = setting_paragraph(sheet, heading, &setting_mark, box) + 1;
    box.baseline = setting_paragraph(sheet, payment_request(sheet, amount_minor), &setting_body, box);
    return draw_code(sheet, amount_minor, box.baseline);
}

/* Left of the totals; returns the baseline after it. */
static double draw_note(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    struct text_box box = {LEFT, baseline, NOTE_WIDTH, TEXT_LEFT, NOTE_LINES_MAX};
    if (invoice->kind == DOCUMENT_CREDIT_NOTE)
        return setting_paragraph(sheet, invoice->prepaid_minor > 0 ? words->refund_note : words->no_refund_note,
                                 &setting_small, box);
    int64_t remaining = remaining_minor(invoice);
    if (remaining > 0)
        return draw_request(sheet, remaining, box);
    canvas_draw_tick(sheet->canvas, LEFT + MARK_RADIUS, baseline - 4.3, MARK_RADIUS, setting_accent);
    box.x += 2 * MARK_RADIUS + 8;
    box.width -= 2 * MARK_RADIUS + 8;
    box.baseline = setting_paragraph(sheet, words->settled, &setting_mark, box);
    return setting_paragraph(sheet, remaining < 0 ? words->excess_note : words->settled_note, &setting_small, box);
}

/* ---- what the law wants told ---- */

/* NULL where nothing has to be said. */
static const char *ground_sentence(const struct sheet *sheet, const struct vat_subtotal *subtotal)
{
    const char *text = document_ground_text(sheet->arena, sheet->invoice->language, subtotal);
    return text != NULL ? arena_format(sheet->arena, "%s.", text) : NULL;
}

/* Whether an earlier subtotal says the same: another rate of the same state, say. */
static bool is_said(const struct totals *totals, size_t position)
{
    const struct vat_subtotal *subtotal = &totals->subtotals[position];
    for (size_t i = 0; i < position; i++) {
        if (totals->subtotals[i].ground == subtotal->ground &&
            strcmp(totals->subtotals[i].country, subtotal->country) == 0)
            return true;
    }
    return false;
}

/* Directive 2006/112/EC art. 226 (11), (11a), and art. 91(2) with 230 for a foreign currency. */
static double draw_grounds(const struct sheet *sheet, double baseline)
{
    const struct invoice *invoice = sheet->invoice;
    const struct words *words = sheet->words;
    struct text_box box = {LEFT, baseline, WIDTH, TEXT_LEFT, GROUND_LINES_MAX};
    for (size_t i = 0; i < invoice->totals.subtotals_count; i++) {
        if (!is_said(&invoice->totals, i))
            box.baseline =
                setting_paragraph(sheet, ground_sentence(sheet, &invoice->totals.subtotals[i]), &setting_small, box);
    }
    if (!is_exchanged(invoice))
        return box.baseline;
    char rate[FORMAT_TEXT_BYTES];
    format_exchange(invoice->language, invoice->currency, invoice->exchange.per_euro_millionths, rate);
    const char *text = arena_format(sheet->arena, "%s %s, %s %s.", words->exchange_rate, rate, words->exchange_of,
                                    setting_date(sheet, invoice->exchange.day));
    return setting_paragraph(sheet, text, &setting_small, box);
}

double block_closing(const struct sheet *sheet, double y)
{
    double baseline = y + 26;
    canvas_begin_element(sheet->canvas, "Table");
    double totals_end = draw_settlement(sheet, draw_sums(sheet, baseline)) + setting_small.leading;
    canvas_end_element(sheet->canvas, "Table");
    double note_end = draw_note(sheet, baseline);
    double end = totals_end > note_end ? totals_end : note_end;
    return draw_grounds(sheet, end + 10) - setting_small.leading;
}
