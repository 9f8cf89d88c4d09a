/* The rows of the bookkeeping table. Pure; any thread. */
#include "akkoord/documents/books_csv.h"

#include "akkoord/documents/text.h"

#define BOOK_CURRENCY "EUR"

static const char *const columns[] = {
    "kind",         "number",   "credits",     "issue_date",   "supply_date",   "supply_end_date",
    "due_date",     "order",    "reference",   "buyer_name",   "buyer_company", "buyer_country",
    "buyer_vat_id", "currency", "vat_country", "vat_category", "vat_rate",      "vat_ground",
    "vat_box",      "net",      "vat",         "document_net", "document_vat",  "document_total",
    "net_eur",      "vat_eur",
};

void books_csv_head(struct csv *csv)
{
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        csv_text(csv, columns[i]);
    csv_end_row(csv);
}

static void write_particulars(struct csv *csv, struct arena *arena, const struct invoice *invoice)
{
    const struct buyer *buyer = &invoice->buyer;
    csv_text(csv, invoice->kind == DOCUMENT_INVOICE ? "invoice" : "credit_note");
    csv_text(csv, invoice->number);
    csv_text(csv, invoice->credited_number);
    csv_date(csv, invoice->issue_day);
    csv_date(csv, invoice->supply_day);
    csv_date(csv, invoice->supply_end_day);
    csv_date(csv, invoice->due_day);
    csv_text(csv, document_clean_text(arena, invoice->order_number));
    csv_text(csv, document_clean_text(arena, invoice->reference));
    csv_text(csv, document_clean_text(arena, buyer->name));
    csv_text(csv, document_clean_text(arena, buyer->company));
    csv_text(csv, document_clean_text(arena, buyer->address.country));
    csv_text(csv, document_clean_text(arena, buyer->vat_number));
    csv_text(csv, invoice->currency);
}

static void write_subtotal(struct csv *csv, const char *currency, const struct booking_line *line)
{
    csv_text(csv, line->country);
    csv_text(csv, line->vat_category);
    csv_rate(csv, line->vat_rate_basis_points);
    csv_text(csv, vat_ground_name(line->ground));
    csv_text(csv, vat_box_name(line->box));
    csv_amount(csv, line->net_minor, currency);
    csv_amount(csv, line->vat_minor, currency);
}

static void write_nothing(struct csv *csv, size_t cells)
{
    for (size_t i = 0; i < cells; i++)
        csv_text(csv, NULL);
}

#define SUBTOTAL_CELLS 7

void books_csv_document(struct csv *csv, struct arena *arena, const struct invoice *invoice,
                        const struct booking *booking)
{
    size_t rows = booking->lines.count > 0 ? booking->lines.count : 1;
    for (size_t i = 0; i < rows; i++) {
        const struct booking_line *line = i < booking->lines.count ? &booking->lines.items[i] : NULL;
        write_particulars(csv, arena, invoice);
        if (line != NULL)
            write_subtotal(csv, invoice->currency, line);
        else
            write_nothing(csv, SUBTOTAL_CELLS);
        csv_amount(csv, booking->amounts.net_minor, invoice->currency);
        csv_amount(csv, booking->amounts.vat_minor, invoice->currency);
        csv_amount(csv, booking->amounts.total_minor, invoice->currency);
        csv_amount(csv, line != NULL ? line->net_euro_minor : 0, BOOK_CURRENCY);
        csv_amount(csv, line != NULL ? line->vat_euro_minor : 0, BOOK_CURRENCY);
        csv_end_row(csv);
    }
}
