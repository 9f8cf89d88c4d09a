/* TOTP by the vectors of RFC 6238 and RFC 4226, and base32 by those of RFC 4648. */
#include "akkoord/base/clock.h"
#include "akkoord/vault/totp.h"
#include "rule.h"

/* The secret of RFC 4226, appendix D, and of RFC 6238, appendix B, for SHA-1. */
static const uint8_t rfc_secret[TOTP_SECRET_BYTES] = "12345678901234567890";

static void codes_are_those_of_the_rfcs(void **state)
{
    (void)state;
    /* RFC 6238, appendix B: eight digits, of which six are ours. */
    static const struct {
        int64_t seconds;
        const char *eight_digits;
    } timed[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                 {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
    char code[TOTP_CODE_BYTES];
    for (size_t i = 0; i < sizeof(timed) / sizeof(timed[0]); i++) {
        totp_code(rfc_secret, totp_step(timed[i].seconds * CLOCK_US_PER_SECOND), code);
        assert_string_equal(code, timed[i].eight_digits + 2);
    }
    /* RFC 4226, appendix D: counters 0 to 9. */
    static const char *const counted[] = {"755224", "287082", "359152", "969429", "338314",
                                          "254676", "287922", "162583", "399871", "520489"};
    for (int64_t step = 0; step < 10; step++) {
        totp_code(rfc_secret, step, code);
        assert_string_equal(code, counted[step]);
    }
}

static void a_step_lasts_30_seconds(void **state)
{
    (void)state;
    assert_int_equal(totp_step(0), 0);
    assert_int_equal(totp_step(30 * CLOCK_US_PER_SECOND - 1), 0);
    assert_int_equal(totp_step(30 * CLOCK_US_PER_SECOND), 1);
}

static void a_code_is_good_one_step_either_side(void **state)
{
    (void)state;
    const int64_t now_us = 1234567890 * CLOCK_US_PER_SECOND;
    char code[TOTP_CODE_BYTES];
    for (int64_t away = -3; away <= 3; away++) {
        int64_t matched = -1;
        totp_code(rfc_secret, totp_step(now_us) + away, code);
        bool good = totp_verify(rfc_secret, code, TOTP_DIGITS, now_us, &matched);
        assert_int_equal(good, away >= -1 && away <= 1);
        assert_int_equal(matched, good ? totp_step(now_us) + away : -1);
    }
}

static void what_is_not_the_code_is_refused(void **state)
{
    (void)state;
    const int64_t now_us = 59 * CLOCK_US_PER_SECOND; /* 287082 */
    int64_t matched = -1;
    static const char *const wrong[] = {"", "28708", "2870820", "287083", "28708\0", " 28708", "287082 ", "abcdef"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(totp_verify(rfc_secret, wrong[i], strlen(wrong[i]), now_us, &matched));
    assert_false(totp_verify(rfc_secret, "28708\0", 6, now_us, &matched));
    assert_false(totp_verify(rfc_secret, "287082\0", 7, now_us, &matched));
    uint8_t other[TOTP_SECRET_BYTES] = {0};
    assert_false(totp_verify(other, "287082", 6, now_us, &matched));
    assert_int_equal(matched, -1);
    assert_true(totp_verify(rfc_secret, "287082", 6, now_us, &matched));
    assert_int_equal(matched, 1);
}

static void secrets_are_fresh(void **state)
{
    (void)state;
    uint8_t first[TOTP_SECRET_BYTES] = {0}, second[TOTP_SECRET_BYTES] = {0};
    totp_secret_new(first);
    totp_secret_new(second);
    assert_memory_not_equal(first, second, TOTP_SECRET_BYTES);
}

/* RFC 4648, section 10. */
static const struct {
    const char *plain, *padded, *bare;
} rfc_base32[] = {{"", "", ""},
                  {"f", "MY======", "MY"},
                  {"fo", "MZXQ====", "MZXQ"},
                  {"foo", "MZXW6===", "MZXW6"},
                  {"foob", "MZXW6YQ=", "MZXW6YQ"},
                  {"fooba", "MZXW6YTB", "MZXW6YTB"},
                  {"foobar", "MZXW6YTBOI======", "MZXW6YTBOI"}};
#define RFC_BASE32 (sizeof(rfc_base32) / sizeof(rfc_base32[0]))

static void base32_is_that_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < RFC_BASE32; i++) {
        char text[BASE32_BYTES(6)];
        uint8_t plain[6];
        size_t length, expected = strlen(rfc_base32[i].plain);
        base32_encode(rfc_base32[i].plain, expected, text);
        assert_string_equal(text, rfc_base32[i].padded);
        assert_int_equal(base32_decode(text, strlen(text), plain, sizeof(plain), &length), STATUS_OK);
        assert_int_equal(length, expected);
        assert_memory_equal(plain, rfc_base32[i].plain, expected);
        assert_int_equal(base32_decode(rfc_base32[i].bare, strlen(rfc_base32[i].bare), plain, expected, &length),
                         STATUS_OK);
        assert_int_equal(length, expected);
        assert_memory_equal(plain, rfc_base32[i].plain, expected);
    }
    uint8_t plain[5];
    size_t length;
    assert_int_equal(base32_decode("mzxw6ytb", 8, plain, sizeof(plain), &length), STATUS_OK);
    assert_memory_equal(plain, "fooba", 5);
}

static void a_secret_comes_back_from_base32_without_padding(void **state)
{
    (void)state;
    char text[BASE32_BYTES(TOTP_SECRET_BYTES)];
    uint8_t secret[TOTP_SECRET_BYTES];
    size_t length;
    base32_encode(rfc_secret, TOTP_SECRET_BYTES, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_int_equal(base32_decode(text, strlen(text), secret, sizeof(secret), &length), STATUS_OK);
    assert_int_equal(length, TOTP_SECRET_BYTES);
    assert_memory_equal(secret, rfc_secret, TOTP_SECRET_BYTES);
}

static void bad_base32_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "M",        "MZX",      "MZXW6Y",    "A",         "MYA",
        "MZXQAA",           /* no whole bytes */
        "MZ",       "MZXR", /* stray bits */
        "MY=",      "MY=====",  "MY=======", "MZXW6YTB=", "MZXW6YTB========",
        "=",        "========", /* padding */
        "M1======", "M8======", "MY =====",  "MY-=====",  "MY\n=====",
        "M=Y=====", "MY==MY==",
    };
    uint8_t out[16];
    size_t length;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (base32_decode(wrong[i], strlen(wrong[i]), out, sizeof(out), &length) == STATUS_OK)
            fail_msg("'%s' is accepted", wrong[i]);
    }
    assert_int_equal(base32_decode("MZXW6YTB", 8, out, 4, &length), STATUS_INVALID);
    assert_int_equal(base32_decode("MY", 2, out, 0, &length), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("codes are those of RFC 6238 and RFC 4226", codes_are_those_of_the_rfcs),
        RULE("a step lasts 30 seconds", a_step_lasts_30_seconds),
        RULE("a code is good one step either side", a_code_is_good_one_step_either_side),
        RULE("what is not the code is refused", what_is_not_the_code_is_refused),
        RULE("secrets are fresh", secrets_are_fresh),
        RULE("base32 is that of RFC 4648", base32_is_that_of_the_rfc),
        RULE("a secret comes back from base32 without padding", a_secret_comes_back_from_base32_without_padding),
        RULE("bad base32 is refused", bad_base32_is_refused),
    };
    return cmocka_run_group_tests_name("vault/totp", tests, NULL, NULL);
}
