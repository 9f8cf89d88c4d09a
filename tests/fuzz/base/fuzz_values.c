/*
 * Times (RFC 3339), UUIDs, amounts and currencies as text, under libFuzzer. The first byte of an input chooses which;
 * what is accepted must come back the same when it is written and read again.
 */
#include <ctype.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/money.h"
#include "akkoord/base/uuid.h"

#include "../fuzz.h"

static void check_time(const char *text, size_t length)
{
    int64_t time_us;
    if (clock_parse_rfc3339(text, length, &time_us) != STATUS_OK)
        return;
    require(time_us >= clock_days_from_date(0, 1, 1) * 86400 * CLOCK_US_PER_SECOND);
    require(time_us < clock_days_from_date(10000, 1, 1) * 86400 * CLOCK_US_PER_SECOND);
    char written[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(time_us, written);
    int64_t again_us;
    require(clock_parse_rfc3339(written, strlen(written), &again_us) == STATUS_OK && again_us == time_us);
}

static void check_uuid(const char *text, size_t length)
{
    struct uuid uuid;
    if (uuid_parse(text, length, &uuid) != STATUS_OK)
        return;
    char written[UUID_TEXT_BYTES];
    uuid_format(&uuid, written);
    require(length == UUID_TEXT_BYTES - 1 && !uuid_is_nil(&uuid));
    for (size_t i = 0; i < length; i++)
        require(tolower((unsigned char)text[i]) == written[i]);
}

static void check_decimal(const char *text, size_t length)
{
    static const char *const currencies[] = {"EUR", "JPY", "KWD"};
    for (size_t i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++) {
        struct money money = {.amount_minor = -1};
        memcpy(money.currency, currencies[i], CURRENCY_BYTES);
        if (money_parse_decimal(text, length, money.currency, &money.amount_minor) != STATUS_OK)
            continue;
        require(money.amount_minor >= 0);
        char written[MONEY_TEXT_BYTES];
        money_format_decimal(&money, written);
        int64_t again_minor;
        require(money_parse_decimal(written, strlen(written), money.currency, &again_minor) == STATUS_OK);
        require(again_minor == money.amount_minor);
    }
}

static void check_currency(const char *text, size_t length)
{
    char currency[CURRENCY_BYTES];
    if (currency_parse(text, length, currency) != STATUS_OK)
        return;
    require(length == CURRENCY_BYTES - 1 && currency[CURRENCY_BYTES - 1] == '\0');
    for (size_t i = 0; i < length; i++)
        require(currency[i] >= 'A' && currency[i] <= 'Z' && toupper((unsigned char)text[i]) == currency[i]);
    require(currency_decimals(currency) >= 0 && currency_decimals(currency) <= 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(const char *, size_t) = {check_time, check_uuid, check_decimal, check_currency};
    if (size == 0)
        return 0;
    /* A copy of just these bytes, so that reading one too many is seen. */
    char *text = malloc(size > 1 ? size - 1 : 1);
    require(text != NULL);
    memcpy(text, data + 1, size - 1);
    checks[data[0] % (sizeof(checks) / sizeof(checks[0]))](text, size - 1);
    free(text);
    return 0;
}
