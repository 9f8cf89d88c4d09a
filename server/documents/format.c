/*
 * Localised figures and dates for documents. Owns nothing, keeps nothing; any thread.
 * It won't round: what it is given is what it shows.
 */
#include "akkoord/documents/format.h"

#include <stdbool.h>

#include "akkoord/base/clock.h"

#define NO_BREAK_SPACE "\u00a0"
#define MINUS          "\u2212"
#define EURO           "\u20ac"

#define DIGITS_IN_GROUP 3
#define IBAN_GROUP      4

static char decimal_mark(enum language language)
{
    return language == LANGUAGE_NL ? ',' : '.';
}

static char group_mark(enum language language)
{
    return language == LANGUAGE_NL ? '.' : ',';
}

/* "1234567.89" becomes "1.234.567,89" or "1,234,567.89". `plain` has no sign. */
static void group_digits(enum language language, const char *plain, char out[FORMAT_TEXT_BYTES])
{
    size_t whole_digits = strcspn(plain, ".");
    size_t length = 0;
    for (size_t i = 0; plain[i] != '\0' && length + 2 < FORMAT_TEXT_BYTES; i++) {
        bool group_starts = i > 0 && i < whole_digits && (whole_digits - i) % DIGITS_IN_GROUP == 0;
        if (group_starts)
            out[length++] = group_mark(language);
        out[length] = plain[i];
        if (plain[i] == '.')
            out[length] = decimal_mark(language);
        length++;
    }
    out[length] = '\0';
}

/* The sign is returned apart, because it stands before the currency. */
static bool format_unsigned_amount(enum language language, const struct money *money, char out[FORMAT_TEXT_BYTES])
{
    char plain[MONEY_TEXT_BYTES];
    money_format_decimal(money, plain);
    bool negative = plain[0] == '-';
    group_digits(language, negative ? plain + 1 : plain, out);
    return negative;
}

void format_money(enum language language, const struct money *money, char out[FORMAT_TEXT_BYTES])
{
    char amount[FORMAT_TEXT_BYTES];
    const char *sign = format_unsigned_amount(language, money, amount) ? MINUS : "";
    bool euro = strcmp(money->currency, "EUR") == 0;
    const char *gap = euro && language == LANGUAGE_EN ? "" : NO_BREAK_SPACE;
    snprintf(out, FORMAT_TEXT_BYTES, "%s%s%s%.44s", sign, euro ? EURO : money->currency, gap, amount);
}

void format_amount(enum language language, const struct money *money, char out[FORMAT_TEXT_BYTES])
{
    char amount[FORMAT_TEXT_BYTES];
    const char *sign = format_unsigned_amount(language, money, amount) ? MINUS : "";
    snprintf(out, FORMAT_TEXT_BYTES, "%s%.44s", sign, amount);
}

void format_count(enum language language, int64_t count, char out[FORMAT_TEXT_BYTES])
{
    /* The magnitude of INT64_MIN does not fit in an int64_t. */
    uint64_t magnitude = count < 0 ? 0 - (uint64_t)count : (uint64_t)count;
    char plain[MONEY_TEXT_BYTES];
    char grouped[FORMAT_TEXT_BYTES];
    snprintf(plain, sizeof(plain), "%llu", (unsigned long long)magnitude);
    group_digits(language, plain, grouped);
    snprintf(out, FORMAT_TEXT_BYTES, "%s%.44s", count < 0 ? MINUS : "", grouped);
}

void format_rate(enum language language, int64_t rate_basis_points, char out[FORMAT_TEXT_BYTES])
{
    long long whole = (long long)(rate_basis_points / 100);
    int hundredths = (int)(rate_basis_points % 100);
    if (hundredths == 0)
        snprintf(out, FORMAT_TEXT_BYTES, "%lld%%", whole);
    else if (hundredths % 10 == 0)
        snprintf(out, FORMAT_TEXT_BYTES, "%lld%c%d%%", whole, decimal_mark(language), hundredths / 10);
    else
        snprintf(out, FORMAT_TEXT_BYTES, "%lld%c%02d%%", whole, decimal_mark(language), hundredths);
}

void format_exchange(enum language language, const char *currency, int64_t per_euro_millionths,
                     char out[FORMAT_TEXT_BYTES])
{
    const int decimals_min = 4;
    char plain[MONEY_TEXT_BYTES];
    char grouped[FORMAT_TEXT_BYTES];
    snprintf(plain, sizeof(plain), "%lld.%06lld", (long long)(per_euro_millionths / 1000000),
             (long long)(per_euro_millionths % 1000000));
    size_t length = strlen(plain);
    size_t shortest = strcspn(plain, ".") + 1 + (size_t)decimals_min;
    while (length > shortest && plain[length - 1] == '0')
        plain[--length] = '\0';
    group_digits(language, plain, grouped);
    snprintf(out, FORMAT_TEXT_BYTES, "%s%s1 = %.3s" NO_BREAK_SPACE "%.36s", EURO,
             language == LANGUAGE_NL ? NO_BREAK_SPACE : "", currency, grouped);
}

void format_date(enum language language, int64_t day, char out[FORMAT_TEXT_BYTES])
{
    static const char *const months[][12] = {
        [LANGUAGE_NL] = {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
                         "oktober", "november", "december"},
        [LANGUAGE_EN] = {"January", "February", "March", "April", "May", "June", "July", "August", "September",
                         "October", "November", "December"},
    };
    int year;
    int month;
    int day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    snprintf(out, FORMAT_TEXT_BYTES, "%d" NO_BREAK_SPACE "%s" NO_BREAK_SPACE "%d", day_of_month,
             months[language][month - 1], year);
}

void format_iban(const char *iban, char out[FORMAT_TEXT_BYTES])
{
    size_t length = 0;
    size_t shown = 0;
    for (size_t i = 0; iban[i] != '\0' && length + sizeof NO_BREAK_SPACE + 1 < FORMAT_TEXT_BYTES; i++) {
        if (iban[i] == ' ')
            continue;
        if (shown > 0 && shown % IBAN_GROUP == 0) {
            memcpy(out + length, NO_BREAK_SPACE, strlen(NO_BREAK_SPACE));
            length += strlen(NO_BREAK_SPACE);
        }
        out[length++] = iban[i];
        shown++;
    }
    out[length] = '\0';
}
