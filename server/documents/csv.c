/* Cells and rows of comma-separated values. Pure; any thread. It keeps nothing: the buffer is the caller's. */
#include "akkoord/documents/csv.h"

#include <inttypes.h>
#include <string.h>

#include "akkoord/base/money.h"
#include "akkoord/domain/calendar.h"

#define FORMULA_BEGINNINGS      "=+-@\t\r\n"
#define NEEDS_QUOTES            "\",\r\n"
#define BASIS_POINTS_OF_PERCENT 100

void csv_init(struct csv *csv, struct buffer *out)
{
    *csv = (struct csv){.out = out};
}

static void begin_cell(struct csv *csv)
{
    if (csv->in_row)
        buffer_append_text(csv->out, ",");
    csv->in_row = true;
}

static void append_quoted(struct buffer *out, const char *apostrophe, const char *text)
{
    buffer_append_text(out, "\"");
    buffer_append_text(out, apostrophe);
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        buffer_append(out, text, (size_t)(quote - text));
        buffer_append_text(out, "\"\"");
    }
    buffer_append_text(out, text);
    buffer_append_text(out, "\"");
}

static bool is_spaced(const char *text)
{
    return text[0] == ' ' || text[strlen(text) - 1] == ' ';
}

void csv_text(struct csv *csv, const char *text)
{
    begin_cell(csv);
    if (text == NULL || text[0] == '\0')
        return;
    bool is_formula = strchr(FORMULA_BEGINNINGS, text[0]) != NULL;
    bool is_quoted = strpbrk(text, NEEDS_QUOTES) != NULL || is_spaced(text);
    const char *apostrophe = is_formula ? "'" : "";
    if (is_quoted) {
        append_quoted(csv->out, apostrophe, text);
    } else {
        buffer_append_text(csv->out, apostrophe);
        buffer_append_text(csv->out, text);
    }
}

void csv_amount(struct csv *csv, int64_t amount_minor, const char *currency)
{
    struct money money = {.amount_minor = amount_minor};
    char text[MONEY_TEXT_BYTES];
    (void)snprintf(money.currency, sizeof(money.currency), "%s", currency);
    money_format_decimal(&money, text);
    begin_cell(csv);
    buffer_append_text(csv->out, text);
}

void csv_rate(struct csv *csv, int64_t rate_basis_points)
{
    begin_cell(csv);
    buffer_append_format(csv->out, "%" PRId64 ".%02" PRId64, rate_basis_points / BASIS_POINTS_OF_PERCENT,
                         rate_basis_points % BASIS_POINTS_OF_PERCENT);
}

void csv_count(struct csv *csv, int64_t count)
{
    begin_cell(csv);
    buffer_append_format(csv->out, "%" PRId64, count);
}

void csv_date(struct csv *csv, int64_t day)
{
    char text[CALENDAR_DATE_BYTES];
    begin_cell(csv);
    if (day == 0)
        return;
    calendar_format_date(day, text);
    buffer_append_text(csv->out, text);
}

void csv_end_row(struct csv *csv)
{
    buffer_append_text(csv->out, "\r\n");
    csv->in_row = false;
}
