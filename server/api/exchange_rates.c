/* The file of exchange rates: see exchange_rates.h. Worker threads, and the main one for `doctor`; no state. */
#include "akkoord/api/exchange_rates.h"

#include <stdio.h>

#include "akkoord/base/json.h"
#include "akkoord/domain/calendar.h"

#define RATE_BYTES_MAX 20
#define DECIMALS       6
#define WHOLE_DIGITS   9 /* a billion to the euro */

/* "1.0850" as 1085000: digits, at most six of them after a point; more than 0. */
static bool read_rate(const char *text, int64_t *millionths)
{
    size_t whole = strspn(text, "0123456789");
    const char *fraction = text[whole] == '.' ? text + whole + 1 : text + whole;
    size_t decimals = strspn(fraction, "0123456789");
    if (whole == 0 || whole > WHOLE_DIGITS || decimals > DECIMALS || fraction[decimals] != '\0' ||
        (text[whole] == '.' && decimals == 0))
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + (text[i] - '0');
    for (size_t i = 0; i < DECIMALS; i++)
        value = value * 10 + (i < decimals ? fraction[i] - '0' : 0);
    *millionths = value;
    return value > 0;
}

static enum status missing(struct error *error)
{
    return error_set(error, STATUS_NOT_FOUND, "currency_rate_missing",
                     "the VAT has to be told in euros too, and no rate of this currency is known");
}

enum status exchange_rates_read(struct arena *arena, const char *text, size_t length, const char *currency,
                                struct exchange *exchange, struct error *error)
{
    static const char *const known[] = {"date", "per_euro", NULL};
    json_t *object;
    json_t *rates;
    const char *date;
    const char *rate;
    *exchange = (struct exchange){0};
    enum status status = json_parse_object(arena, text, length, &object, error);
    if (status == STATUS_OK)
        status = json_refuse_unknown(object, "", known, error);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "date", JSON_REQUIRED, CALENDAR_DATE_BYTES, &date, error);
    if (status == STATUS_OK && calendar_parse_date(date, strlen(date), &exchange->day) != STATUS_OK)
        status = error_set_field(error, STATUS_INVALID, "format", "date", "a date is written as 2026-11-26");
    if (status == STATUS_OK)
        status = json_get_object(object, "", "per_euro", JSON_REQUIRED, &rates, error);
    if (status == STATUS_OK)
        status = json_get_text(rates, "per_euro.", currency, JSON_OPTIONAL, RATE_BYTES_MAX, &rate, error);
    if (status == STATUS_OK && rate == NULL)
        return missing(error);
    if (status == STATUS_OK && !read_rate(rate, &exchange->per_euro_millionths))
        status = error_set_field(error, STATUS_INVALID, "format", "per_euro",
                                 "a rate is a decimal number as text, as \"1.0850\"");
    return status;
}

static enum status read_file(struct arena *arena, const char *path, char **text, size_t *length, struct error *error)
{
    FILE *file = fopen(path, "rce");
    if (file == NULL)
        return error_set(error, STATUS_INTERNAL, "exchange_rates", "the file of exchange rates can't be opened");
    *text = arena_alloc(arena, EXCHANGE_RATES_BYTES_MAX + 1);
    *length = fread(*text, 1, EXCHANGE_RATES_BYTES_MAX + 1, file);
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed || *length > EXCHANGE_RATES_BYTES_MAX)
        return error_set(error, STATUS_INTERNAL, "exchange_rates", "the file of exchange rates can't be read whole");
    return STATUS_OK;
}

enum status exchange_rates_find(struct arena *arena, const char *path, const char *currency, struct exchange *exchange,
                                struct error *error)
{
    char *text = NULL;
    size_t length = 0;
    struct error fault;
    if (path == NULL)
        return missing(error);
    enum status status = read_file(arena, path, &text, &length, error);
    if (status != STATUS_OK)
        return status;
    status = exchange_rates_read(arena, text, length, currency, exchange, &fault);
    if (status == STATUS_INVALID)
        return error_set(error, STATUS_INTERNAL, "exchange_rates",
                         "the file of exchange rates is not in its format: %s", fault.field);
    if (status != STATUS_OK)
        *error = fault;
    return status;
}
