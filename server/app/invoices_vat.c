/* `akkoord invoices vat`: turnover and VAT by period, for the returns. Main thread; reads only. Names nobody. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "akkoord/base/money.h"
#include "akkoord/documents/csv.h"
#include "books.h"
#include "books_codec.h"

#define BOOK_CURRENCY           "EUR"
#define CSV_BYTES_MAX           ((size_t)1 << 24)
#define BASIS_POINTS_OF_PERCENT 100

struct vat_command {
    struct books books;
    struct vat_summary summary;
};

static enum status add(void *context, const struct book_entry *entry, struct error *error)
{
    struct vat_command *command = context;
    return vat_summary_add(&command->summary, entry->stored->issue_day, &entry->booking, error);
}

/* ---- text ---- */

static void format_amount(int64_t amount_minor, char out[MONEY_TEXT_BYTES])
{
    const struct money money = {.amount_minor = amount_minor, .currency = BOOK_CURRENCY};
    money_format_decimal(&money, out);
}

static void print_amounts(int64_t net_minor, int64_t vat_minor)
{
    char net[MONEY_TEXT_BYTES];
    char vat[MONEY_TEXT_BYTES];
    format_amount(net_minor, net);
    format_amount(vat_minor, vat);
    (void)printf("  %16s  %16s\n", net, vat);
}

static void print_row(const struct vat_row *row)
{
    (void)printf("%-4s  %-7s  %-3s  %6" PRId64 ".%02" PRId64 "  %-23s  %9" PRId64, vat_box_name(row->box), row->country,
                 row->vat_category, row->vat_rate_basis_points / BASIS_POINTS_OF_PERCENT,
                 row->vat_rate_basis_points % BASIS_POINTS_OF_PERCENT, vat_ground_name(row->ground), row->documents);
    print_amounts(row->net_euro_minor, row->vat_euro_minor);
}

/* No sum of rows passes that of all invoices or all credit notes, which fit. */
static void print_period(const struct vat_summary *summary, size_t first, size_t end)
{
    char label[VAT_PERIOD_LABEL_BYTES];
    struct booking_amounts sum = {0};
    vat_period_label(summary->period, summary->rows[first].period_day, label);
    (void)printf("%s%s\n%-4s  %-7s  %-3s  %9s  %-23s  %9s  %16s  %16s\n", first > 0 ? "\n" : "", label, "BOX",
                 "COUNTRY", "CAT", "RATE", "GROUND", "DOCUMENTS", "NET EUR", "VAT EUR");
    for (size_t i = first; i < end; i++) {
        print_row(&summary->rows[i]);
        sum.net_minor += summary->rows[i].net_euro_minor;
        sum.vat_minor += summary->rows[i].vat_euro_minor;
    }
    (void)printf("%-63s", "total");
    print_amounts(sum.net_minor, sum.vat_minor);
}

static void print_text(const struct vat_summary *summary)
{
    for (size_t first = 0; first < summary->count;) {
        size_t end = first + 1;
        while (end < summary->count && summary->rows[end].period_day == summary->rows[first].period_day)
            end++;
        print_period(summary, first, end);
        first = end;
    }
}

/* ---- csv ---- */

static void write_row(struct csv *csv, const struct vat_summary *summary, const struct vat_row *row)
{
    char label[VAT_PERIOD_LABEL_BYTES];
    vat_period_label(summary->period, row->period_day, label);
    csv_text(csv, label);
    csv_text(csv, vat_box_name(row->box));
    csv_text(csv, row->country);
    csv_text(csv, row->vat_category);
    csv_rate(csv, row->vat_rate_basis_points);
    csv_text(csv, vat_ground_name(row->ground));
    csv_count(csv, row->documents);
    csv_amount(csv, row->net_euro_minor, BOOK_CURRENCY);
    csv_amount(csv, row->vat_euro_minor, BOOK_CURRENCY);
    csv_end_row(csv);
}

static void print_csv(const struct vat_summary *summary)
{
    static const char *const columns[] = {"period",     "vat_box",   "vat_country", "vat_category", "vat_rate",
                                          "vat_ground", "documents", "net_eur",     "vat_eur"};
    struct buffer out;
    struct csv csv;
    buffer_init(&out, CSV_BYTES_MAX);
    csv_init(&csv, &out);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        csv_text(&csv, columns[i]);
    csv_end_row(&csv);
    for (size_t i = 0; i < summary->count; i++)
        write_row(&csv, summary, &summary->rows[i]);
    (void)fwrite(buffer_text(&out), 1, out.length, stdout);
    buffer_release(&out);
}

/* ---- the command ---- */

static void print(const struct vat_command *command, const char *format)
{
    size_t length;
    if (strcmp(format, "json") == 0)
        (void)printf("%s", books_vat_write(command->books.arena, &command->summary, &command->books, &length));
    else if (strcmp(format, "csv") == 0)
        print_csv(&command->summary);
    else
        print_text(&command->summary);
}

int invoices_vat(const struct invoices_arguments *arguments)
{
    struct vat_command command;
    struct error error;
    enum status status = books_open(&command.books, &arguments->range, &error);
    vat_summary_init(&command.summary, command.books.arena, arguments->by);
    if (status == STATUS_OK) {
        books_progress_begin(&command.books, "invoices", command.books.counts.documents);
        status = books_walk(&command.books, BOOKS_FIRST_ROUND, add, &command, &error);
        books_progress_end(&command.books);
    }
    if (status == STATUS_OK) {
        print(&command, arguments->format);
        books_print_sums(&command.books);
    }
    bool is_complete = command.books.unreadable == 0;
    books_close(&command.books);
    if (status != STATUS_OK)
        return command_fail(&error);
    return is_complete ? EXIT_DONE : EXIT_FAILED;
}
