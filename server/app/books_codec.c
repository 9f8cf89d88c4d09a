/* The JSON of the manifest and of the VAT summary. Pure; any thread. */
#include "books_codec.h"

#include <inttypes.h>
#include <stdio.h>

#include "akkoord/base/json.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/store/documents.h"

#define BOOK_CURRENCY           "EUR"
#define BASIS_POINTS_OF_PERCENT 100
#define RATE_TEXT_BYTES         32

static void set_date(json_t *object, const char *key, int64_t day)
{
    char text[CALENDAR_DATE_BYTES];
    calendar_format_date(day, text);
    json_set_text(object, key, text);
}

static void append_json(struct buffer *out, struct arena *arena, const json_t *value)
{
    size_t length;
    const char *text = json_write(arena, value, &length);
    buffer_append(out, text, length);
}

/* ---- the manifest ---- */

void books_manifest_begin(struct buffer *manifest, const struct books_range *range)
{
    char from[CALENDAR_DATE_BYTES];
    char to[CALENDAR_DATE_BYTES];
    calendar_format_date(range->from_day, from);
    calendar_format_date(range->to_day, to);
    buffer_append_format(manifest, "{\"format\":\"ubl-zip\",\"from\":\"%s\",\"to\":\"%s\",\"documents\":[", from, to);
}

void books_manifest_add(struct buffer *manifest, struct arena *arena, const struct book_entry *entry, const char *file,
                        const char *sha256)
{
    const struct invoice *invoice = entry->invoice;
    const struct booking_amounts *amounts = &entry->booking.amounts;
    json_t *object = json_new_object(arena);
    json_set_text(object, "file", file);
    json_set_text(object, "sha256", sha256);
    json_set_text(object, "number", invoice->number);
    json_set_text(object, "kind", document_kind_name(invoice->kind));
    set_date(object, "issue_date", invoice->issue_day);
    json_set_money(object, "net", amounts->net_minor, invoice->currency);
    json_set_money(object, "vat", amounts->vat_minor, invoice->currency);
    json_set_money(object, "total", amounts->total_minor, invoice->currency);
    /* The first stands behind the bracket. */
    buffer_append_text(manifest, buffer_text(manifest)[manifest->length - 1] == '[' ? "\n" : ",\n");
    append_json(manifest, arena, object);
}

void books_manifest_end(struct buffer *manifest, struct arena *arena, const struct books *books)
{
    json_t *totals = json_new_array(arena);
    for (int kind = 0; kind < BOOKING_KINDS; kind++) {
        const struct booking_sums *sums = &books->sums[kind];
        json_t *object = json_new_object(arena);
        json_set_text(object, "kind", document_kind_name((enum document_kind)kind));
        json_set_integer(object, "documents", sums->documents);
        json_set_money(object, "net", sums->euros.net_minor, BOOK_CURRENCY);
        json_set_money(object, "vat", sums->euros.vat_minor, BOOK_CURRENCY);
        json_set_money(object, "total", sums->euros.total_minor, BOOK_CURRENCY);
        json_append_value(totals, object);
    }
    buffer_append_format(manifest, "],\"unreadable\":%" PRId64 ",\"totals\":", books->unreadable);
    append_json(manifest, arena, totals);
    buffer_append_text(manifest, "}\n");
}

/* ---- the VAT summary ---- */

static void set_amounts(json_t *object, int64_t net_minor, int64_t vat_minor)
{
    json_set_money(object, "net", net_minor, BOOK_CURRENCY);
    json_set_money(object, "vat", vat_minor, BOOK_CURRENCY);
}

static json_t *row_to_json(struct arena *arena, const struct vat_row *row)
{
    char rate[RATE_TEXT_BYTES];
    json_t *object = json_new_object(arena);
    (void)snprintf(rate, sizeof(rate), "%" PRId64 ".%02" PRId64, row->vat_rate_basis_points / BASIS_POINTS_OF_PERCENT,
                   row->vat_rate_basis_points % BASIS_POINTS_OF_PERCENT);
    json_set_text(object, "box", vat_box_name(row->box));
    json_set_text(object, "country", row->country);
    json_set_text(object, "vat_category", row->vat_category);
    json_set_text(object, "vat_rate", rate);
    json_set_text(object, "ground", vat_ground_name(row->ground));
    json_set_integer(object, "documents", row->documents);
    set_amounts(object, row->net_euro_minor, row->vat_euro_minor);
    return object;
}

/* Of the rows of one period, which are sorted by box. */
static json_t *boxes_to_json(struct arena *arena, const struct vat_row *rows, size_t count)
{
    json_t *boxes = json_new_array(arena);
    for (size_t i = 0; i < count;) {
        struct vat_row sum = {.box = rows[i].box};
        for (; i < count && rows[i].box == sum.box; i++) {
            sum.net_euro_minor += rows[i].net_euro_minor;
            sum.vat_euro_minor += rows[i].vat_euro_minor;
        }
        json_t *object = json_new_object(arena);
        json_set_text(object, "box", vat_box_name(sum.box));
        set_amounts(object, sum.net_euro_minor, sum.vat_euro_minor);
        json_append_value(boxes, object);
    }
    return boxes;
}

static json_t *period_to_json(struct arena *arena, const struct vat_summary *summary, const struct vat_row *rows,
                              size_t count)
{
    char label[VAT_PERIOD_LABEL_BYTES];
    json_t *object = json_new_object(arena);
    json_t *list = json_new_array(arena);
    struct booking_amounts sum = {0};
    for (size_t i = 0; i < count; i++) {
        json_append_value(list, row_to_json(arena, &rows[i]));
        sum.net_minor += rows[i].net_euro_minor;
        sum.vat_minor += rows[i].vat_euro_minor;
    }
    vat_period_label(summary->period, rows[0].period_day, label);
    json_set_text(object, "period", label);
    json_set_value(object, "rows", list);
    json_set_value(object, "boxes", boxes_to_json(arena, rows, count));
    set_amounts(object, sum.net_minor, sum.vat_minor);
    return object;
}

char *books_vat_write(struct arena *arena, const struct vat_summary *summary, const struct books *books, size_t *length)
{
    json_t *object = json_new_object(arena);
    json_t *periods = json_new_array(arena);
    for (size_t first = 0; first < summary->count;) {
        size_t end = first + 1;
        while (end < summary->count && summary->rows[end].period_day == summary->rows[first].period_day)
            end++;
        json_append_value(periods, period_to_json(arena, summary, &summary->rows[first], end - first));
        first = end;
    }
    const struct booking_amounts *invoices = &books->sums[DOCUMENT_INVOICE].euros;
    const struct booking_amounts *credits = &books->sums[DOCUMENT_CREDIT_NOTE].euros;
    set_date(object, "from", books->range.from_day);
    set_date(object, "to", books->range.to_day);
    json_set_text(object, "by", vat_period_name(summary->period));
    json_set_value(object, "periods", periods);
    json_set_integer(object, "unreadable", books->unreadable);
    set_amounts(object, invoices->net_minor + credits->net_minor, invoices->vat_minor + credits->vat_minor);
    return json_write_readable(arena, object, length);
}
