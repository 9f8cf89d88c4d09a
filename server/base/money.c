/* Checked arithmetic on minor units, and their decimal text. Any thread. */
#include "akkoord/base/money.h"

__extension__ typedef __int128 wide_integer;

bool money_add(int64_t left_minor, int64_t right_minor, int64_t *result_minor)
{
    int64_t result;
    if (__builtin_add_overflow(left_minor, right_minor, &result))
        return false;
    *result_minor = result;
    return true;
}

bool money_subtract(int64_t left_minor, int64_t right_minor, int64_t *result_minor)
{
    int64_t result;
    if (__builtin_sub_overflow(left_minor, right_minor, &result))
        return false;
    *result_minor = result;
    return true;
}

bool money_multiply(int64_t amount_minor, int64_t factor, int64_t *result_minor)
{
    int64_t result;
    if (__builtin_mul_overflow(amount_minor, factor, &result))
        return false;
    *result_minor = result;
    return true;
}

bool money_multiply_ratio(int64_t amount_minor, int64_t numerator, int64_t denominator, int64_t *result_minor)
{
    wide_integer product = (wide_integer)amount_minor * numerator;
    wide_integer half = denominator / 2;
    /* Half away from zero: for an odd denominator the exact half does not occur, and cutting denominator / 2 is right.
     */
    wide_integer quotient = product >= 0 ? (product + half) / denominator : (product - half) / denominator;
    if (quotient > INT64_MAX || quotient < INT64_MIN)
        return false;
    *result_minor = (int64_t)quotient;
    return true;
}

enum status currency_parse(const char *text, size_t length, char currency[CURRENCY_BYTES])
{
    if (length != CURRENCY_BYTES - 1)
        return STATUS_INVALID;
    char parsed[CURRENCY_BYTES] = {0};
    for (size_t i = 0; i < length; i++) {
        char letter = text[i];
        if (letter >= 'a' && letter <= 'z')
            letter = (char)(letter - 'a' + 'A');
        if (letter < 'A' || letter > 'Z')
            return STATUS_INVALID;
        parsed[i] = letter;
    }
    memcpy(currency, parsed, sizeof(parsed));
    return STATUS_OK;
}

int currency_decimals(const char *currency)
{
    /* ISO 4217, the currencies whose minor unit is not a hundredth. */
    static const char *const none[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                       "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
    static const char *const three[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        if (strcmp(currency, none[i]) == 0)
            return 0;
    }
    for (size_t i = 0; i < sizeof(three) / sizeof(three[0]); i++) {
        if (strcmp(currency, three[i]) == 0)
            return 3;
    }
    return 2;
}

static uint64_t power_of_ten(int exponent)
{
    uint64_t power = 1;
    for (int i = 0; i < exponent; i++)
        power *= 10;
    return power;
}

void money_format_decimal(const struct money *money, char out[MONEY_TEXT_BYTES])
{
    int decimals = currency_decimals(money->currency);
    uint64_t unit = power_of_ten(decimals);
    const char *sign = money->amount_minor < 0 ? "-" : "";
    uint64_t magnitude = money->amount_minor < 0 ? 0 - (uint64_t)money->amount_minor : (uint64_t)money->amount_minor;
    if (decimals == 0)
        snprintf(out, MONEY_TEXT_BYTES, "%s%llu", sign, (unsigned long long)magnitude);
    else
        snprintf(out, MONEY_TEXT_BYTES, "%s%llu.%0*llu", sign, (unsigned long long)(magnitude / unit), decimals,
                 (unsigned long long)(magnitude % unit));
}

enum status money_parse_decimal(const char *text, size_t length, const char *currency, int64_t *amount_minor)
{
    int decimals = currency_decimals(currency);
    int64_t amount = 0;
    int fraction_digits = -1; /* -1: no point seen */
    size_t whole_digits = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && fraction_digits < 0) {
            fraction_digits = 0;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return STATUS_INVALID;
        if (fraction_digits < 0)
            whole_digits++;
        else if (++fraction_digits > decimals)
            return STATUS_INVALID;
        if (!money_multiply(amount, 10, &amount) || !money_add(amount, text[i] - '0', &amount))
            return STATUS_INVALID;
    }
    if (whole_digits == 0 || fraction_digits == 0)
        return STATUS_INVALID;
    for (int i = fraction_digits < 0 ? 0 : fraction_digits; i < decimals; i++) {
        if (!money_multiply(amount, 10, &amount))
            return STATUS_INVALID;
    }
    *amount_minor = amount;
    return STATUS_OK;
}
