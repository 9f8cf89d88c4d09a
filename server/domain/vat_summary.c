/* Sums bookings by period and kind of turnover. Pure; any thread. Its rows are the arena's. */
#include "akkoord/domain/vat_summary.h"

#include <stdio.h>
#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/money.h"

#define ROWS_FIRST     32
#define QUARTER_MONTHS 3

static const char *const period_names[] = {
    [VAT_PERIOD_MONTH] = "month", [VAT_PERIOD_QUARTER] = "quarter", [VAT_PERIOD_YEAR] = "year"};

const char *vat_period_name(enum vat_period period)
{
    return period_names[period];
}

enum status vat_period_parse(const char *text, enum vat_period *period)
{
    for (size_t i = 0; i < sizeof(period_names) / sizeof(period_names[0]); i++) {
        if (strcmp(text, period_names[i]) == 0) {
            *period = (enum vat_period)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

int64_t vat_period_start_day(enum vat_period period, int64_t day)
{
    int year;
    int month;
    int day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    if (period == VAT_PERIOD_QUARTER)
        month -= (month - 1) % QUARTER_MONTHS;
    else if (period == VAT_PERIOD_YEAR)
        month = 1;
    return clock_days_from_date(year, month, 1);
}

void vat_period_label(enum vat_period period, int64_t day, char out[VAT_PERIOD_LABEL_BYTES])
{
    int year;
    int month;
    int day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    if (period == VAT_PERIOD_MONTH)
        (void)snprintf(out, VAT_PERIOD_LABEL_BYTES, "%04d-%02d", year, month);
    else if (period == VAT_PERIOD_QUARTER)
        (void)snprintf(out, VAT_PERIOD_LABEL_BYTES, "%04d-Q%d", year, (month - 1) / QUARTER_MONTHS + 1);
    else
        (void)snprintf(out, VAT_PERIOD_LABEL_BYTES, "%04d", year);
}

void vat_summary_init(struct vat_summary *summary, struct arena *arena, enum vat_period period)
{
    *summary = (struct vat_summary){.arena = arena, .period = period};
}

static int compare_numbers(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int compare_rows(const struct vat_row *left, const struct vat_row *right)
{
    int order = compare_numbers(left->period_day, right->period_day);
    if (order == 0)
        order = compare_numbers((int64_t)left->box, (int64_t)right->box);
    if (order == 0)
        order = strcmp(left->country, right->country);
    if (order == 0)
        order = strcmp(left->vat_category, right->vat_category);
    if (order == 0)
        order = compare_numbers(left->vat_rate_basis_points, right->vat_rate_basis_points);
    return order != 0 ? order : compare_numbers((int64_t)left->ground, (int64_t)right->ground);
}

/* Where the row stands, or would. */
static size_t find_place(const struct vat_summary *summary, const struct vat_row *row)
{
    size_t low = 0;
    size_t high = summary->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_rows(&summary->rows[middle], row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum status insert(struct vat_summary *summary, size_t place, const struct vat_row *row, struct error *error)
{
    if (summary->count == VAT_SUMMARY_ROWS_MAX)
        return error_set(error, STATUS_TOO_LARGE, "too_many_rows", "the summary would have more than %d rows",
                         VAT_SUMMARY_ROWS_MAX);
    if (summary->count == summary->capacity) {
        size_t capacity = summary->capacity > 0 ? summary->capacity * 2 : ROWS_FIRST;
        struct vat_row *rows = ARENA_ARRAY(summary->arena, struct vat_row, capacity);
        if (summary->count > 0)
            memcpy(rows, summary->rows, summary->count * sizeof(*rows));
        summary->rows = rows;
        summary->capacity = capacity;
    }
    memmove(&summary->rows[place + 1], &summary->rows[place], (summary->count - place) * sizeof(*summary->rows));
    summary->rows[place] = *row;
    summary->count++;
    return STATUS_OK;
}

static struct vat_row row_of(const struct vat_summary *summary, int64_t issue_day, const struct booking_line *line)
{
    struct vat_row row = {
        .period_day = vat_period_start_day(summary->period, issue_day),
        .box = line->box,
        .vat_rate_basis_points = line->vat_rate_basis_points,
        .ground = line->ground,
    };
    memcpy(row.country, line->country, sizeof(row.country));
    memcpy(row.vat_category, line->vat_category, sizeof(row.vat_category));
    return row;
}

static enum status add_line(struct vat_summary *summary, int64_t issue_day, const struct booking_line *line,
                            struct error *error)
{
    const struct vat_row wanted = row_of(summary, issue_day, line);
    size_t place = find_place(summary, &wanted);
    if (place == summary->count || compare_rows(&summary->rows[place], &wanted) != 0) {
        enum status status = insert(summary, place, &wanted, error);
        if (status != STATUS_OK)
            return status;
    }
    struct vat_row *row = &summary->rows[place];
    row->documents++;
    if (money_add(row->net_euro_minor, line->net_euro_minor, &row->net_euro_minor) &&
        money_add(row->vat_euro_minor, line->vat_euro_minor, &row->vat_euro_minor))
        return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "amount_too_large", "the sum of all documents does not fit");
}

enum status vat_summary_add(struct vat_summary *summary, int64_t issue_day, const struct booking *booking,
                            struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < booking->lines.count && status == STATUS_OK; i++)
        status = add_line(summary, issue_day, &booking->lines.items[i], error);
    return status;
}
