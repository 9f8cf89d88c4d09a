/* Dates of Amsterdam, Dutch public holidays and periods by Regulation 1182/71: see calendar.h. Pure; any thread. */
#include "akkoord/domain/calendar.h"

#include "akkoord/base/clock.h"

#define US_PER_MINUTE (60 * CLOCK_US_PER_SECOND)
#define US_PER_HOUR   (3600 * CLOCK_US_PER_SECOND)
#define US_PER_DAY    (24 * US_PER_HOUR)

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

/* Days before 1970 are negative, so division and remainder round down. */
static int64_t floor_divide(int64_t dividend, int64_t divisor)
{
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

static enum weekday weekday_of(int64_t day)
{
    /* 1970-01-01 was a Thursday. */
    int64_t shifted = day + THURSDAY;
    return (enum weekday)(shifted - floor_divide(shifted, 7) * 7);
}

static int64_t last_day_of_month(int year, int month)
{
    return month == 12 ? clock_days_from_date(year + 1, 1, 1) - 1 : clock_days_from_date(year, month + 1, 1) - 1;
}

static int64_t last_sunday_of_month(int year, int month)
{
    int64_t last = last_day_of_month(year, month);
    return last - (weekday_of(last) + 1) % 7;
}

int calendar_year(int64_t day)
{
    int year, month, day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    return year;
}

/* The time that clocks in Amsterdam show, as if it were UTC. */
static int64_t amsterdam_clock_us(int64_t time_us)
{
    int year = calendar_year(floor_divide(time_us, US_PER_DAY));
    int64_t summer_begins_us = last_sunday_of_month(year, 3) * US_PER_DAY + US_PER_HOUR;
    int64_t summer_ends_us = last_sunday_of_month(year, 10) * US_PER_DAY + US_PER_HOUR;
    bool summer = time_us >= summer_begins_us && time_us < summer_ends_us;
    return time_us + (summer ? 2 : 1) * US_PER_HOUR;
}

int64_t calendar_amsterdam_day(int64_t time_us)
{
    return floor_divide(amsterdam_clock_us(time_us), US_PER_DAY);
}

int calendar_amsterdam_minute(int64_t time_us)
{
    int64_t clock_us = amsterdam_clock_us(time_us);
    return (int)((clock_us - floor_divide(clock_us, US_PER_DAY) * US_PER_DAY) / US_PER_MINUTE);
}

int64_t calendar_start_of_amsterdam_day_us(int64_t day)
{
    /* Clocks change at 2:00 or 3:00 local time: the Sunday itself still begins in the old time. */
    int year = calendar_year(day);
    bool summer = day > last_sunday_of_month(year, 3) && day <= last_sunday_of_month(year, 10);
    return day * US_PER_DAY - (summer ? 2 : 1) * US_PER_HOUR;
}

int64_t calendar_end_of_amsterdam_day_us(int64_t day)
{
    return calendar_start_of_amsterdam_day_us(day + 1) - CLOCK_US_PER_SECOND;
}

void calendar_format_date(int64_t day, char out[CALENDAR_DATE_BYTES])
{
    int year, month, day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    snprintf(out, CALENDAR_DATE_BYTES, "%04d-%02d-%02d", year, month, day_of_month);
}

/* `digits` decimal digits as a number; -1 when one of them is none. */
static int read_number(const char *text, size_t digits)
{
    int number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

enum status calendar_parse_date(const char *text, size_t length, int64_t *day)
{
    if (length != strlen("yyyy-mm-dd") || text[4] != '-' || text[7] != '-')
        return STATUS_INVALID;
    int year = read_number(text, 4);
    int month = read_number(text + 5, 2);
    int day_of_month = read_number(text + 8, 2);
    if (year < 0 || month < 1 || month > 12 || day_of_month < 1)
        return STATUS_INVALID;
    int64_t found = clock_days_from_date(year, month, 1) + day_of_month - 1;
    if (found > last_day_of_month(year, month))
        return STATUS_INVALID;
    *day = found;
    return STATUS_OK;
}

/* Easter Sunday of the Gregorian calendar: the anonymous computus as J. Meeus gives it (Astronomical Algorithms,
 * chapter 8), whose letters are kept. */
static int64_t easter_sunday(int year)
{
    int a = year % 19;
    int b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4;
    int f = (b + 8) / 25;
    int g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30;
    int i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int month_and_day = h + l - 7 * m + 114;
    return clock_days_from_date(year, month_and_day / 31, month_and_day % 31 + 1);
}

static int64_t kings_day(int year)
{
    int64_t birthday = clock_days_from_date(year, 4, 27);
    return weekday_of(birthday) == SUNDAY ? birthday - 1 : birthday;
}

bool calendar_is_public_holiday(int64_t day)
{
    int year = calendar_year(day);
    int64_t easter = easter_sunday(year);
    const int64_t holidays[] = {
        clock_days_from_date(year, 1, 1),   /* New Year's Day */
        easter + 1,                         /* Easter Monday */
        kings_day(year),                    /* the King's birthday is celebrated */
        clock_days_from_date(year, 5, 5),   /* Liberation Day */
        easter + 39,                        /* Ascension Day */
        easter + 50,                        /* Whit Monday */
        clock_days_from_date(year, 12, 25), /* Christmas Day */
        clock_days_from_date(year, 12, 26), /* the second day of Christmas */
    };
    for (size_t i = 0; i < sizeof(holidays) / sizeof(holidays[0]); i++) {
        if (holidays[i] == day)
            return true;
    }
    return false;
}

bool calendar_is_working_day(int64_t day)
{
    return weekday_of(day) < SATURDAY && !calendar_is_public_holiday(day);
}

int64_t calendar_add_months(int64_t day, int months)
{
    int year, month, day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    int months_from_january = month - 1 + months;
    int last_year = year + months_from_january / 12;
    int last_month = months_from_january % 12 + 1;
    int64_t end = clock_days_from_date(last_year, last_month, 1) + day_of_month - 1;
    int64_t month_end = last_day_of_month(last_year, last_month);
    return end > month_end ? month_end : end;
}

int64_t calendar_period_end_day(int64_t event_day, int months)
{
    int64_t end = calendar_add_months(event_day, months);
    while (!calendar_is_working_day(end))
        end++;
    return end;
}

int64_t calendar_review_due_us(int64_t requested_at_us)
{
    int64_t end_day = calendar_period_end_day(calendar_amsterdam_day(requested_at_us), CALENDAR_REVIEW_MONTHS);
    return calendar_end_of_amsterdam_day_us(end_day);
}
