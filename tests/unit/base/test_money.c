/* Tests of base/money.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/money.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static void arithmetic_that_fits_is_exact(void **state)
{
    (void)state;
    int64_t result;
    assert_true(money_add(INT64_MAX - 1, 1, &result));
    assert_int_equal(result, INT64_MAX);
    assert_true(money_add(INT64_MAX, INT64_MIN, &result));
    assert_int_equal(result, -1);
    assert_true(money_subtract(INT64_MIN + 1, 1, &result));
    assert_int_equal(result, INT64_MIN);
    assert_true(money_subtract(0, INT64_MAX, &result));
    assert_int_equal(result, -INT64_MAX);
    assert_true(money_multiply(INT64_C(3037000499), INT64_C(3037000499), &result));
    assert_int_equal(result, INT64_C(9223372030926249001));
    assert_true(money_multiply(INT64_MIN, 1, &result));
    assert_int_equal(result, INT64_MIN);
}

static void arithmetic_that_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    int64_t result = 77;
    assert_false(money_add(INT64_MAX, 1, &result));
    assert_false(money_add(INT64_MIN, -1, &result));
    assert_false(money_subtract(INT64_MIN, 1, &result));
    assert_false(money_subtract(0, INT64_MIN, &result));
    assert_false(money_multiply(INT64_C(3037000500), INT64_C(3037000500), &result));
    assert_false(money_multiply(INT64_MIN, -1, &result));
    assert_false(money_multiply_ratio(INT64_MAX, 2, 1, &result));
    assert_false(money_multiply_ratio(INT64_MIN, -1, 1, &result));
    assert_int_equal(result, 77);
}

static uint64_t random_state = 88172645463325252U;

/* xorshift64, cut to a random number of bits, so that small and huge numbers both come by. */
static int64_t random_number(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)random_state >> (random_state >> 8 & 63);
}

/* What "rounded half away from zero" means, without dividing: the product lies within half a denominator of result *
 * denominator, and at exactly half, on the side of zero. */
static void check_ratio(int64_t amount, int64_t numerator, int64_t denominator)
{
    wide product = (wide)amount * numerator;
    unsigned_wide twice = 2 * (product < 0 ? (unsigned_wide)-product : (unsigned_wide)product);
    unsigned_wide two_to_64 = (unsigned_wide)1 << 64;
    int64_t result = 77;
    if (!money_multiply_ratio(amount, numerator, denominator, &result)) {
        /* Not below INT64_MAX + 1/2, or not above INT64_MIN - 1/2. */
        unsigned_wide divisor = (uint64_t)denominator;
        unsigned_wide bound = product < 0 ? two_to_64 + 1 : two_to_64 - 1;
        assert_true(twice >= bound * divisor);
        assert_int_equal(result, 77);
        return;
    }
    wide difference = product - (wide)result * denominator;
    wide distance = difference < 0 ? -difference : difference;
    assert_true(2 * distance <= denominator);
    if (2 * distance == denominator)
        assert_true((difference < 0) == (product > 0));
}

static void a_ratio_is_rounded_half_away_from_zero(void **state)
{
    (void)state;
    for (int64_t amount = -250; amount <= 250; amount++) {
        for (int64_t numerator = -21; numerator <= 21; numerator++) {
            for (int64_t denominator = 1; denominator <= 20; denominator++)
                check_ratio(amount, numerator, denominator);
        }
    }
    for (int i = 0; i < 300000; i++) {
        int64_t denominator = random_number() & INT64_MAX;
        check_ratio(random_number(), random_number(), denominator > 0 ? denominator : 1);
    }
    const int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, 2, INT64_MAX - 1, INT64_MAX};
    const size_t count = sizeof(edges) / sizeof(edges[0]);
    for (size_t i = 0; i < count * count * count; i++) {
        if (edges[i % count] > 0)
            check_ratio(edges[i / count % count], edges[i / count / count], edges[i % count]);
    }
}

static void vat_is_rounded_half_up(void **state)
{
    (void)state;
    int64_t vat;
    assert_true(money_multiply_ratio(1250, 900, 10000, &vat));
    assert_int_equal(vat, 113); /* 112.5 */
    assert_true(money_multiply_ratio(50, 2100, 10000, &vat));
    assert_int_equal(vat, 11); /* 10.5 */
    assert_true(money_multiply_ratio(-1250, 900, 10000, &vat));
    assert_int_equal(vat, -113);
    assert_true(money_multiply_ratio(INT64_MAX, INT64_MAX, INT64_MAX, &vat));
    assert_int_equal(vat, INT64_MAX);
}

static void a_currency_is_three_letters_made_capitals(void **state)
{
    (void)state;
    char currency[CURRENCY_BYTES] = "XYZ";
    static const char *const refused[] = {"", "EU", "EURO", "E1R", "EU ", "\xc3\xa9R", "E\tR"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(currency_parse(refused[i], strlen(refused[i]), currency), STATUS_INVALID);
        assert_string_equal(currency, "XYZ");
    }
    assert_int_equal(currency_parse("eUr", 3, currency), STATUS_OK);
    assert_string_equal(currency, "EUR");
    assert_int_equal(currency_parse("AZazx", 4, currency), STATUS_INVALID);
}

static void a_decimal_has_the_digits_of_its_currency(void **state)
{
    (void)state;
    static const struct {
        struct money money;
        const char *text;
    } cases[] = {
        {{12100, "EUR"}, "121.00"},
        {{5, "EUR"}, "0.05"},
        {{0, "EUR"}, "0.00"},
        {{-5, "EUR"}, "-0.05"},
        {{-12100, "EUR"}, "-121.00"},
        {{12100, "JPY"}, "12100"},
        {{-1, "JPY"}, "-1"},
        {{12100, "KWD"}, "12.100"},
        {{INT64_MAX, "EUR"}, "92233720368547758.07"},
        {{INT64_MIN, "EUR"}, "-92233720368547758.08"},
        {{INT64_MIN, "JPY"}, "-9223372036854775808"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[MONEY_TEXT_BYTES];
        money_format_decimal(&cases[i].money, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void every_amount_is_written_and_read_back(void **state)
{
    (void)state;
    static const char *const currencies[] = {"EUR", "JPY", "KWD"};
    for (int i = 0; i < 100000; i++) {
        struct money money = {.amount_minor = i < 3000 ? i : random_number() & INT64_MAX};
        memcpy(money.currency, currencies[i % 3], CURRENCY_BYTES);
        char text[MONEY_TEXT_BYTES];
        int64_t amount_minor;
        money_format_decimal(&money, text);
        assert_int_equal(money_parse_decimal(text, strlen(text), money.currency, &amount_minor), STATUS_OK);
        assert_int_equal(amount_minor, money.amount_minor);
    }
}

static void assert_decimal(const char *text, const char *currency, int64_t expected)
{
    int64_t amount_minor;
    if (money_parse_decimal(text, strlen(text), currency, &amount_minor) != STATUS_OK)
        fail_msg("refused: %s", text);
    assert_int_equal(amount_minor, expected);
}

static void a_decimal_may_have_fewer_digits_than_its_currency(void **state)
{
    (void)state;
    assert_decimal("121", "EUR", 12100);
    assert_decimal("121.5", "EUR", 12150);
    assert_decimal("0121.50", "EUR", 12150);
    assert_decimal("1.5", "KWD", 1500);
    assert_decimal("0", "JPY", 0);
    assert_decimal("92233720368547758.07", "EUR", INT64_MAX);
}

static void a_text_that_is_no_decimal_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *currency;
    } refused[] = {
        {"", "EUR"},         {".", "EUR"},     {"1.", "EUR"},
        {".5", "EUR"},       {"1.234", "EUR"}, {"1.2.3", "EUR"},
        {"-1.00", "EUR"},    {"+1.00", "EUR"}, {" 1.00", "EUR"},
        {"1.00 ", "EUR"},    {"1,00", "EUR"},  {"1e2", "EUR"},
        {"0x10", "EUR"},     {"1.0", "JPY"},   {"1.", "JPY"},
        {"1.0000", "KWD"},   {"1..00", "EUR"}, {"92233720368547758.08", "EUR"},
        {"1_000", "EUR"},    {"inf", "EUR"},   {"92233720368547759", "EUR"},
        {"\xd9\xa1", "EUR"}, {"1.0a", "EUR"},  {"99999999999999999999999999", "JPY"},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int64_t amount_minor = 77;
        const char *text = refused[i].text;
        if (money_parse_decimal(text, strlen(text), refused[i].currency, &amount_minor) != STATUS_INVALID)
            fail_msg("accepted: %s %s", text, refused[i].currency);
        assert_int_equal(amount_minor, 77);
    }
    int64_t amount_minor;
    assert_int_equal(money_parse_decimal("1\0002", 3, "EUR", &amount_minor), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_that_fits_is_exact),
        cmocka_unit_test(arithmetic_that_does_not_fit_is_refused_and_changes_nothing),
        cmocka_unit_test(a_ratio_is_rounded_half_away_from_zero),
        cmocka_unit_test(vat_is_rounded_half_up),
        cmocka_unit_test(a_currency_is_three_letters_made_capitals),
        cmocka_unit_test(a_decimal_has_the_digits_of_its_currency),
        cmocka_unit_test(every_amount_is_written_and_read_back),
        cmocka_unit_test(a_decimal_may_have_fewer_digits_than_its_currency),
        cmocka_unit_test(a_text_that_is_no_decimal_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
