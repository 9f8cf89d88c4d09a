/*
 * Tests of domain/calendar.h against two oracles of another make: the C library's own time zone arithmetic (from the
 * rule as a POSIX TZ text, and from the time zone database where it is installed), and Gauss' Easter rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"

#define SECOND_US CLOCK_US_PER_SECOND
#define DAY_S     INT64_C(86400)

static int64_t day_of(int year, int month, int day)
{
    struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return timegm(&date) / DAY_S;
}

static struct tm date_of(int64_t day)
{
    time_t seconds = (time_t)(day * DAY_S);
    struct tm date;
    assert_non_null(gmtime_r(&seconds, &date));
    return date;
}

static int64_t moment(const char *text)
{
    int64_t time_us;
    assert_int_equal(clock_parse_rfc3339(text, strlen(text), &time_us), STATUS_OK);
    return time_us;
}

static void assert_moment(int64_t time_us, const char *expected)
{
    char text[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(time_us, text);
    assert_string_equal(text, expected);
}

static int64_t library_amsterdam_day(int64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm local;
    assert_non_null(localtime_r(&time, &local));
    return day_of(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

static int library_amsterdam_minute(int64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm local;
    assert_non_null(localtime_r(&time, &local));
    return local.tm_hour * 60 + local.tm_min;
}

/* Every hour of 65 years and the microsecond before it, under the zone that TZ names now. */
static void compare_days_with_library(void)
{
    const int64_t end = day_of(2061, 1, 1) * DAY_S;
    for (int64_t seconds = day_of(1996, 1, 1) * DAY_S; seconds < end; seconds += 3600) {
        assert_int_equal(calendar_amsterdam_day(seconds * SECOND_US), library_amsterdam_day(seconds));
        assert_int_equal(calendar_amsterdam_minute(seconds * SECOND_US), library_amsterdam_minute(seconds));
        assert_int_equal(calendar_amsterdam_day(seconds * SECOND_US - 1), library_amsterdam_day(seconds - 1));
    }
}

static void compare_day_bounds_with_library(void)
{
    for (int64_t day = day_of(1996, 1, 1); day < day_of(2061, 1, 1); day++) {
        time_t first = (time_t)(calendar_start_of_amsterdam_day_us(day) / SECOND_US);
        time_t last = (time_t)(calendar_end_of_amsterdam_day_us(day) / SECOND_US);
        struct tm local;
        assert_non_null(localtime_r(&first, &local));
        assert_int_equal(local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec, 0);
        assert_int_equal(day_of(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday), day);
        assert_non_null(localtime_r(&last, &local));
        assert_int_equal(local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec, DAY_S - 1);
        assert_int_equal(day_of(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday), day);
        assert_int_equal(calendar_end_of_amsterdam_day_us(day) + SECOND_US,
                         calendar_start_of_amsterdam_day_us(day + 1));
    }
}

static void dates_agree_with_the_c_library_for_every_hour_from_1996_to_2060(void **state)
{
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0/2,M10.5.0/3", 1);
    tzset();
    compare_days_with_library();
    compare_day_bounds_with_library();
}

static void dates_agree_with_the_time_zone_database(void **state)
{
    (void)state;
    if (access("/usr/share/zoneinfo/Europe/Amsterdam", R_OK) != 0)
        skip(); /* the program does without it, and so can this test */
    setenv("TZ", "Europe/Amsterdam", 1);
    tzset();
    compare_days_with_library();
    compare_day_bounds_with_library();
}

static void days_change_at_midnight_in_amsterdam_on_both_sides_of_1970(void **state)
{
    (void)state;
    assert_int_equal(calendar_amsterdam_day(moment("2026-11-22T22:59:59.999999Z")), day_of(2026, 11, 22));
    assert_int_equal(calendar_amsterdam_day(moment("2026-11-22T23:00:00Z")), day_of(2026, 11, 23));
    assert_int_equal(calendar_amsterdam_day(moment("2026-06-30T21:59:59Z")), day_of(2026, 6, 30));
    assert_int_equal(calendar_amsterdam_day(moment("2026-06-30T22:00:00Z")), day_of(2026, 7, 1));
    assert_int_equal(calendar_amsterdam_day(moment("1970-01-01T00:00:00Z")), 0);
    assert_int_equal(calendar_amsterdam_day(moment("1969-12-31T22:59:59.999999Z")), -1);
    assert_moment(calendar_start_of_amsterdam_day_us(0), "1969-12-31T23:00:00Z");
    assert_moment(calendar_end_of_amsterdam_day_us(-1), "1969-12-31T22:59:59Z");
}

static void the_days_on_which_clocks_change_have_23_and_25_hours(void **state)
{
    (void)state;
    const int64_t hour_us = 3600 * SECOND_US;
    int64_t spring = day_of(2026, 3, 29);
    int64_t autumn = day_of(2026, 10, 25);
    assert_int_equal(calendar_start_of_amsterdam_day_us(spring + 1) - calendar_start_of_amsterdam_day_us(spring),
                     23 * hour_us);
    assert_int_equal(calendar_start_of_amsterdam_day_us(autumn + 1) - calendar_start_of_amsterdam_day_us(autumn),
                     25 * hour_us);
}

static void the_year_is_that_of_amsterdam(void **state)
{
    (void)state;
    assert_int_equal(calendar_year(calendar_amsterdam_day(moment("2026-12-31T22:59:59Z"))), 2026);
    assert_int_equal(calendar_year(calendar_amsterdam_day(moment("2026-12-31T23:00:00Z"))), 2027);
    assert_int_equal(calendar_year(-1), 1969);
}

static void every_date_is_written_and_read_back(void **state)
{
    (void)state;
    for (int64_t day = day_of(1900, 1, 1); day < day_of(2300, 1, 1); day++) {
        struct tm date = date_of(day);
        char expected[32], text[CALENDAR_DATE_BYTES];
        assert_int_equal(strftime(expected, sizeof(expected), "%Y-%m-%d", &date), 10);
        calendar_format_date(day, text);
        assert_string_equal(text, expected);
        int64_t parsed = day + 1;
        assert_int_equal(calendar_parse_date(text, strlen(text), &parsed), STATUS_OK);
        assert_int_equal(parsed, day);
    }
}

static void a_text_that_is_no_date_is_refused(void **state)
{
    (void)state;
    const char *const refused[] = {
        "",           "2026",       "2026-11-2",  "2026-11-233", "2026-1-123", "2026/11/23",  "20261123",
        "2026-00-10", "2026-13-10", "2026-11-00", "2026-11-31",  "2026-02-29", "1900-02-29",  "2100-02-29",
        "-026-11-23", "+026-11-23", " 026-11-23", "2026-11-2x",  "2026-+1-23", "2026-11-23 ", "2026-11--1",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int64_t day = 77;
        assert_int_equal(calendar_parse_date(refused[i], strlen(refused[i]), &day), STATUS_INVALID);
        assert_int_equal(day, 77);
    }
    int64_t day;
    assert_int_equal(calendar_parse_date("2000-02-29", 10, &day), STATUS_OK);
    assert_int_equal(calendar_parse_date("9999-12-31", 10, &day), STATUS_OK);
    assert_int_equal(calendar_parse_date("0000-01-01", 10, &day), STATUS_OK);
    assert_int_equal(calendar_parse_date("2026-11-23", 9, &day), STATUS_INVALID);
}

/* Gauss' rule for 1900 to 2099, with its two exceptions. */
static int64_t gauss_easter(int year)
{
    int a = year % 19, b = year % 4, c = year % 7;
    int d = (19 * a + 24) % 30;
    int e = (2 * b + 4 * c + 6 * d + 5) % 7;
    if (d == 29 && e == 6)
        return day_of(year, 4, 19);
    if (d == 28 && e == 6 && a > 10)
        return day_of(year, 4, 18);
    return day_of(year, 3, 22) + d + e;
}

static bool oracle_is_holiday(int64_t day)
{
    struct tm date = date_of(day);
    int month = date.tm_mon + 1;
    int from_easter = (int)(day - gauss_easter(date.tm_year + 1900));
    bool kings_day =
        month == 4 && ((date.tm_mday == 27 && date.tm_wday != 0) || (date.tm_mday == 26 && date.tm_wday == 6));
    bool fixed = (month == 1 && date.tm_mday == 1) || (month == 5 && date.tm_mday == 5) ||
                 (month == 12 && (date.tm_mday == 25 || date.tm_mday == 26));
    return fixed || kings_day || from_easter == 1 || from_easter == 39 || from_easter == 50;
}

static bool oracle_is_working_day(int64_t day)
{
    struct tm date = date_of(day);
    return date.tm_wday != 0 && date.tm_wday != 6 && !oracle_is_holiday(day);
}

static void the_holidays_of_1970_to_2099_are_those_of_gauss_easter_rule(void **state)
{
    (void)state;
    for (int64_t day = day_of(1970, 1, 1); day < day_of(2100, 1, 1); day++) {
        assert_int_equal(calendar_is_public_holiday(day), oracle_is_holiday(day));
        assert_int_equal(calendar_is_working_day(day), oracle_is_working_day(day));
    }
}

static void easter_monday_is_where_the_almanac_has_it(void **state)
{
    (void)state;
    const int mondays[][3] = {{2000, 4, 24}, {2008, 3, 24}, {2011, 4, 25}, {2019, 4, 22}, {2024, 4, 1},
                              {2025, 4, 21}, {2026, 4, 6},  {2027, 3, 29}, {2028, 4, 17}, {2029, 4, 2},
                              {2030, 4, 22}, {2035, 3, 26}, {2038, 4, 26}, {2049, 4, 19}, {2076, 4, 20}};
    for (size_t i = 0; i < sizeof(mondays) / sizeof(mondays[0]); i++) {
        int64_t monday = day_of(mondays[i][0], mondays[i][1], mondays[i][2]);
        assert_true(calendar_is_public_holiday(monday));
        assert_true(calendar_is_public_holiday(monday + 38)); /* Ascension Day */
        assert_true(calendar_is_public_holiday(monday + 49)); /* Whit Monday */
    }
}

static void kings_day_moves_to_saturday_when_the_27th_is_a_sunday(void **state)
{
    (void)state;
    assert_true(calendar_is_public_holiday(day_of(2025, 4, 26)));
    assert_false(calendar_is_public_holiday(day_of(2025, 4, 27)));
    assert_true(calendar_is_public_holiday(day_of(2026, 4, 27)));
    assert_false(calendar_is_public_holiday(day_of(2026, 4, 26)));
}

static void good_friday_is_a_working_day(void **state)
{
    (void)state;
    assert_true(calendar_is_working_day(day_of(2026, 4, 3)));
    assert_int_equal(calendar_period_end_day(day_of(2026, 3, 3), 1), day_of(2026, 4, 3));
}

/* The same date `months` later or the last day of that month, counted with the C library. */
static int64_t oracle_nominal_end(int64_t event_day, int months)
{
    struct tm date = date_of(event_day);
    int month_index = date.tm_mon + months;
    int64_t next_month = day_of(date.tm_year + 1900 + (month_index + 1) / 12, (month_index + 1) % 12 + 1, 1);
    int64_t same_date = day_of(date.tm_year + 1900 + month_index / 12, month_index % 12 + 1, 1) + date.tm_mday - 1;
    return same_date < next_month ? same_date : next_month - 1;
}

static void a_period_ends_on_its_date_or_the_first_working_day_after_it(void **state)
{
    (void)state;
    int64_t previous[4] = {0};
    for (int64_t day = day_of(1996, 1, 1); day < day_of(2061, 1, 1); day++) {
        for (int months = 1; months <= 3; months++) {
            int64_t end = calendar_period_end_day(day, months);
            int64_t nominal = oracle_nominal_end(day, months);
            assert_true(oracle_is_working_day(end));
            assert_true(end >= nominal && end <= nominal + 6);
            for (int64_t between = nominal; between < end; between++)
                assert_false(oracle_is_working_day(between));
            assert_true(end >= previous[months]);
            previous[months] = end;
        }
    }
}

static void a_month_without_that_date_ends_the_period_on_its_last_day(void **state)
{
    (void)state;
    assert_int_equal(calendar_period_end_day(day_of(2025, 1, 31), 1), day_of(2025, 2, 28));
    assert_int_equal(calendar_period_end_day(day_of(2028, 1, 31), 1), day_of(2028, 2, 29));
    assert_int_equal(calendar_period_end_day(day_of(2028, 1, 29), 1), day_of(2028, 2, 29));
    assert_int_equal(calendar_period_end_day(day_of(2027, 1, 31), 1), day_of(2027, 3, 1)); /* the 28th is a Sunday */
    assert_int_equal(calendar_period_end_day(day_of(2026, 8, 31), 1), day_of(2026, 9, 30));
    assert_int_equal(calendar_period_end_day(day_of(2026, 12, 31), 2), day_of(2027, 3, 1));
    assert_int_equal(calendar_period_end_day(day_of(2026, 11, 30), 14), day_of(2028, 1, 31)); /* the 30th is a Sunday */
}

static void a_period_that_ends_at_christmas_ends_on_the_next_working_day(void **state)
{
    (void)state;
    /* Friday 25 and Saturday 26 December 2026, then a Sunday. */
    assert_int_equal(calendar_period_end_day(day_of(2026, 11, 25), 1), day_of(2026, 12, 28));
    assert_int_equal(calendar_period_end_day(day_of(2026, 12, 1), 1), day_of(2027, 1, 4)); /* 1 January: a Friday */
    /* Saturday 24 April 2038, Easter, Easter Monday and King's Day after it. */
    assert_int_equal(calendar_period_end_day(day_of(2038, 3, 24), 1), day_of(2038, 4, 28));
}

static void a_review_is_due_at_the_end_of_the_last_day_in_amsterdam(void **state)
{
    (void)state;
    assert_moment(calendar_review_due_us(moment("2026-11-23T09:30:00Z")), "2026-12-23T22:59:59Z");
    assert_moment(calendar_review_due_us(moment("2026-11-22T22:59:59Z")), "2026-12-22T22:59:59Z");
    assert_moment(calendar_review_due_us(moment("2026-11-22T23:00:00Z")), "2026-12-23T22:59:59Z");
    assert_moment(calendar_review_due_us(moment("2026-03-16T12:00:00Z")), "2026-04-16T21:59:59Z");
    assert_moment(calendar_review_due_us(moment("2026-09-26T12:00:00Z")), "2026-10-26T22:59:59Z");
    assert_moment(calendar_review_due_us(moment("2028-01-31T23:30:00Z")), "2028-03-01T22:59:59Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_agree_with_the_c_library_for_every_hour_from_1996_to_2060),
        cmocka_unit_test(dates_agree_with_the_time_zone_database),
        cmocka_unit_test(days_change_at_midnight_in_amsterdam_on_both_sides_of_1970),
        cmocka_unit_test(the_days_on_which_clocks_change_have_23_and_25_hours),
        cmocka_unit_test(the_year_is_that_of_amsterdam),
        cmocka_unit_test(every_date_is_written_and_read_back),
        cmocka_unit_test(a_text_that_is_no_date_is_refused),
        cmocka_unit_test(the_holidays_of_1970_to_2099_are_those_of_gauss_easter_rule),
        cmocka_unit_test(easter_monday_is_where_the_almanac_has_it),
        cmocka_unit_test(kings_day_moves_to_saturday_when_the_27th_is_a_sunday),
        cmocka_unit_test(good_friday_is_a_working_day),
        cmocka_unit_test(a_period_ends_on_its_date_or_the_first_working_day_after_it),
        cmocka_unit_test(a_month_without_that_date_ends_the_period_on_its_last_day),
        cmocka_unit_test(a_period_that_ends_at_christmas_ends_on_the_next_working_day),
        cmocka_unit_test(a_review_is_due_at_the_end_of_the_last_day_in_amsterdam),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
