/* Tests of base/clock.h. The oracle of dates is the C library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/clock.h"

#define DAY_S INT64_C(86400)

static enum status parse(const char *text, int64_t *time_us)
{
    return clock_parse_rfc3339(text, strlen(text), time_us);
}

static void assert_parsed(const char *text, int64_t expected_us)
{
    int64_t time_us;
    if (parse(text, &time_us) != STATUS_OK)
        fail_msg("refused: %s", text);
    assert_int_equal(time_us, expected_us);
}

static void assert_written(int64_t time_us, const char *expected)
{
    char text[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(time_us, text);
    assert_string_equal(text, expected);
}

static void every_day_of_400_years_is_the_c_librarys(void **state)
{
    (void)state;
    for (int year = 1800; year < 2200; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 31; day++) {
                struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
                int64_t days = timegm(&date) / DAY_S;
                if (date.tm_mday != day)
                    continue; /* no such date */
                assert_int_equal(clock_days_from_date(year, month, day), days);
                int y, m, d;
                clock_date_from_days(days, &y, &m, &d);
                assert_int_equal(y, year);
                assert_int_equal(m, month);
                assert_int_equal(d, day);
            }
        }
    }
}

static void days_and_dates_are_inverse_for_ten_thousand_years(void **state)
{
    (void)state;
    int64_t first = clock_days_from_date(0, 1, 1);
    int64_t last = clock_days_from_date(9999, 12, 31);
    assert_int_equal(last - first + 1, 25 * 146097);
    for (int64_t days = first; days <= last; days++) {
        int year, month, day;
        clock_date_from_days(days, &year, &month, &day);
        assert_true(year >= 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
        assert_int_equal(clock_days_from_date(year, month, day), days);
    }
}

static void times_are_written_as_the_c_library_writes_them_and_read_back(void **state)
{
    (void)state;
    const int64_t step_us = 12345678901; /* some 3.4 hours: every second of the day comes by */
    const int64_t end_us = clock_days_from_date(2060, 1, 1) * DAY_S * CLOCK_US_PER_SECOND;
    for (int64_t time_us = clock_days_from_date(1960, 1, 1) * DAY_S * CLOCK_US_PER_SECOND; time_us < end_us;
         time_us += step_us) {
        int64_t fraction = ((time_us % CLOCK_US_PER_SECOND) + CLOCK_US_PER_SECOND) % CLOCK_US_PER_SECOND;
        time_t seconds = (time_t)((time_us - fraction) / CLOCK_US_PER_SECOND);
        struct tm utc;
        assert_non_null(gmtime_r(&seconds, &utc));
        char whole[32], expected[64], text[CLOCK_RFC3339_BYTES];
        assert_int_equal(strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &utc), 19);
        if (fraction != 0)
            snprintf(expected, sizeof(expected), "%s.%06dZ", whole, (int)fraction);
        else
            snprintf(expected, sizeof(expected), "%sZ", whole);
        clock_format_rfc3339(time_us, text);
        assert_string_equal(text, expected);
        assert_parsed(text, time_us);
    }
}

static void a_fraction_is_written_only_when_there_is_one(void **state)
{
    (void)state;
    assert_written(0, "1970-01-01T00:00:00Z");
    assert_written(1, "1970-01-01T00:00:00.000001Z");
    assert_written(-1, "1969-12-31T23:59:59.999999Z");
    assert_written(INT64_C(1795426200000000), "2026-11-23T09:30:00Z");
    char text[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(INT64_MAX, text);
    clock_format_rfc3339(INT64_MIN, text);
}

static void fractions_of_one_to_nine_digits_are_read(void **state)
{
    (void)state;
    assert_parsed("1970-01-01T00:00:00.1Z", 100000);
    assert_parsed("1970-01-01T00:00:00.12Z", 120000);
    assert_parsed("1970-01-01T00:00:00.000001Z", 1);
    assert_parsed("1970-01-01T00:00:00.0000019Z", 1);
    assert_parsed("1970-01-01T00:00:00.999999999Z", 999999);
}

static void any_offset_is_read(void **state)
{
    (void)state;
    assert_parsed("1970-01-01T02:00:00+02:00", 0);
    assert_parsed("1969-12-31T19:00:00-05:00", 0);
    assert_parsed("1970-01-01T05:45:00.5+05:45", 500000);
    assert_parsed("1970-01-01T00:00:00-00:00", 0);
    assert_parsed("1970-01-01t00:00:00z", 0);
    assert_parsed("1970-01-02T00:00:00+23:59", 60 * CLOCK_US_PER_SECOND);
}

static void a_leap_second_is_the_second_after_59(void **state)
{
    (void)state;
    assert_parsed("2016-12-31T23:59:60Z", INT64_C(1483228800000000));
    assert_parsed("2017-01-01T00:59:60+01:00", INT64_C(1483228800000000));
}

static void a_text_that_is_no_rfc_3339_time_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",
        "2026-11-23",
        "2026-11-23T09:30Z",
        "2026-11-23T09:30:00",
        "2026-11-23 09:30:00Z",
        "2026-11-23T09:30:00Z ",
        " 2026-11-23T09:30:00Z",
        "2026-11-23T09:30:00ZZ",
        "2026-11-23T09:30:00.Z",
        "2026-11-23T09:30:00,5Z",
        "2026-11-23T09:30:00.1234567890Z",
        "2026-11-23T09:30:00.1",
        "2026-11-23T09:30:00+02",
        "2026-11-23T09:30:00+0200",
        "2026-11-23T09:30:00+24:00",
        "2026-11-23T09:30:00+02:60",
        "2026-11-23T09:30:00+02:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T09:60:00Z",
        "2026-11-23T09:30:61Z",
        "2026-00-23T09:30:00Z",
        "2026-13-23T09:30:00Z",
        "2026-11-00T09:30:00Z",
        "2026-11-31T09:30:00Z",
        "2026-02-29T09:30:00Z",
        "2100-02-29T09:30:00Z",
        "+026-11-23T09:30:00Z",
        "-026-11-23T09:30:00Z",
        "02026-11-23T09:30:00Z",
        "2026-1-23T09:30:00Z",
        "20261123T093000Z",
        "2026-11-23T9:30:00Z",
        "2026-11-23T09:30:-1Z",
        "2026-11-23T09:30:00\xe2\x88\x92\x30\x32:00", /* a minus sign that is not ASCII */
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int64_t time_us = 77;
        if (parse(refused[i], &time_us) != STATUS_INVALID)
            fail_msg("accepted: %s", refused[i]);
        assert_int_equal(time_us, 77);
    }
}

static void no_part_of_a_time_is_a_time(void **state)
{
    (void)state;
    static const char whole[] = "2026-11-23T09:30:00.123456+02:00";
    for (size_t length = 0; length < strlen(whole); length++) {
        char *exact = malloc(length + 1); /* so that reading past the end is seen by the sanitizer */
        assert_non_null(exact);
        memcpy(exact, whole, length);
        char *fitted = realloc(exact, length > 0 ? length : 1);
        assert_non_null(fitted);
        int64_t time_us;
        assert_int_equal(clock_parse_rfc3339(fitted, length, &time_us), STATUS_INVALID);
        free(fitted);
    }
}

static void only_four_digit_years_of_utc_are_read(void **state)
{
    (void)state;
    int64_t time_us;
    char text[CLOCK_RFC3339_BYTES];
    assert_int_equal(parse("0000-01-01T00:00:00Z", &time_us), STATUS_OK);
    clock_format_rfc3339(time_us, text);
    assert_string_equal(text, "0000-01-01T00:00:00Z");
    assert_int_equal(parse("9999-12-31T23:59:59.999999Z", &time_us), STATUS_OK);
    assert_int_equal(parse("0000-01-01T00:00:00+00:01", &time_us), STATUS_INVALID);
    assert_int_equal(parse("9999-12-31T23:59:59-00:01", &time_us), STATUS_INVALID);
}

static void the_offset_shifts_the_wall_clock_and_not_the_monotonic_one(void **state)
{
    (void)state;
    int64_t wall_us = clock_now_us();
    int64_t monotonic_us = clock_monotonic_us();
    clock_set_offset_us(DAY_S * CLOCK_US_PER_SECOND);
    int64_t shifted_us = clock_now_us();
    assert_true(clock_monotonic_us() - monotonic_us < 3600 * CLOCK_US_PER_SECOND);
    clock_set_offset_us(0);
    assert_true(shifted_us - wall_us >= DAY_S * CLOCK_US_PER_SECOND);
    assert_true(shifted_us - wall_us < (DAY_S + 3600) * CLOCK_US_PER_SECOND);
    assert_true(wall_us > INT64_C(1700000000000000));
}

static void the_internets_form_is_the_c_librarys(void **state)
{
    (void)state;
    for (int64_t time_s = 0; time_s < INT64_C(253402300800); time_s += INT64_C(98765432)) {
        time_t seconds = (time_t)time_s;
        struct tm parts;
        char expected[CLOCK_INTERNET_BYTES], text[CLOCK_INTERNET_BYTES];
        assert_non_null(gmtime_r(&seconds, &parts));
        assert_true(strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S", &parts) > 0);
        clock_format_internet(time_s * CLOCK_US_PER_SECOND, text);
        assert_string_equal(text, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_400_years_is_the_c_librarys),
        cmocka_unit_test(days_and_dates_are_inverse_for_ten_thousand_years),
        cmocka_unit_test(times_are_written_as_the_c_library_writes_them_and_read_back),
        cmocka_unit_test(the_internets_form_is_the_c_librarys),
        cmocka_unit_test(a_fraction_is_written_only_when_there_is_one),
        cmocka_unit_test(fractions_of_one_to_nine_digits_are_read),
        cmocka_unit_test(any_offset_is_read),
        cmocka_unit_test(a_leap_second_is_the_second_after_59),
        cmocka_unit_test(a_text_that_is_no_rfc_3339_time_is_refused),
        cmocka_unit_test(no_part_of_a_time_is_a_time),
        cmocka_unit_test(only_four_digit_years_of_utc_are_read),
        cmocka_unit_test(the_offset_shifts_the_wall_clock_and_not_the_monotonic_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
