/* Wall and monotonic time, RFC 3339 text, and the civil calendar. Any thread. */
#include "akkoord/base/clock.h"

#define SECONDS_PER_DAY 86400
/* 0000-01-01 and 10000-01-01: between them a time has the four-digit year of RFC 3339. */
#define YEAR_0_SECONDS     INT64_C(-62167219200)
#define YEAR_10000_SECONDS INT64_C(253402300800)

static int64_t clock_offset_us;

static int64_t clock_read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * CLOCK_US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return clock_read_us(CLOCK_REALTIME) + clock_offset_us;
}

int64_t clock_monotonic_us(void)
{
    return clock_read_us(CLOCK_MONOTONIC);
}

void clock_set_offset_us(int64_t offset_us)
{
    clock_offset_us = offset_us;
}

/* Both conversions count in 400-year eras of 146097 days that begin on 1 March, so that the leap day comes last. */
int64_t clock_days_from_date(int year, int month, int day)
{
    int64_t shifted = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void clock_date_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

void clock_format_rfc3339(int64_t time_us, char out[CLOCK_RFC3339_BYTES])
{
    int64_t seconds = time_us / CLOCK_US_PER_SECOND;
    int64_t fraction = time_us % CLOCK_US_PER_SECOND;
    if (fraction < 0) {
        fraction += CLOCK_US_PER_SECOND;
        seconds -= 1;
    }
    int64_t days = seconds / SECONDS_PER_DAY;
    int64_t second_of_day = seconds % SECONDS_PER_DAY;
    if (second_of_day < 0) {
        second_of_day += SECONDS_PER_DAY;
        days -= 1;
    }
    int year, month, day;
    clock_date_from_days(days, &year, &month, &day);
    int length = snprintf(out, CLOCK_RFC3339_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                          (int)(second_of_day / 3600), (int)(second_of_day / 60 % 60), (int)(second_of_day % 60));
    if (fraction != 0)
        length += snprintf(out + length, CLOCK_RFC3339_BYTES - (size_t)length, ".%06d", (int)fraction);
    snprintf(out + length, CLOCK_RFC3339_BYTES - (size_t)length, "Z");
}

void clock_format_internet(int64_t time_us, char out[CLOCK_INTERNET_BYTES])
{
    static const char days_of_week[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t seconds = time_us / CLOCK_US_PER_SECOND;
    int64_t days = seconds / SECONDS_PER_DAY;
    int second = (int)(seconds % SECONDS_PER_DAY);
    int year, month, day;
    clock_date_from_days(days, &year, &month, &day);
    snprintf(out, CLOCK_INTERNET_BYTES, "%s, %02d %s %04d %02d:%02d:%02d", days_of_week[days % 7], day,
             months[month - 1], year, second / 3600, second / 60 % 60, second % 60);
}

/* Reads exactly `digits` digits at *at and moves on; -1 when they are not there. */
static int read_digits(const char **at, const char *end, int digits)
{
    int number = 0;
    if (end - *at < digits)
        return -1;
    for (int i = 0; i < digits; i++) {
        char digit = *(*at)++;
        if (digit < '0' || digit > '9')
            return -1;
        number = number * 10 + (digit - '0');
    }
    return number;
}

static bool read_literal(const char **at, const char *end, char upper, char lower)
{
    if (*at == end || (**at != upper && **at != lower))
        return false;
    *at += 1;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* ".123456789" at *at, when there: microseconds, the rest cut; -1 when malformed. */
static int64_t read_fraction_us(const char **at, const char *end)
{
    if (*at == end || **at != '.')
        return 0;
    *at += 1;
    int64_t fraction = 0;
    int digits = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; *at += 1, digits++) {
        if (digits < 6)
            fraction = fraction * 10 + (**at - '0');
    }
    if (digits == 0 || digits > 9)
        return -1;
    for (int i = digits; i < 6; i++)
        fraction *= 10;
    return fraction;
}

/* "Z" or "+02:00" at *at, to the end: seconds east of UTC in *offset_s. */
static bool read_offset(const char **at, const char *end, int64_t *offset_s)
{
    if (read_literal(at, end, 'Z', 'z')) {
        *offset_s = 0;
        return *at == end;
    }
    if (*at == end || (**at != '+' && **at != '-'))
        return false;
    int64_t sign = *(*at)++ == '-' ? -1 : 1;
    int hours = read_digits(at, end, 2);
    if (hours < 0 || hours > 23 || !read_literal(at, end, ':', ':'))
        return false;
    int minutes = read_digits(at, end, 2);
    if (minutes < 0 || minutes > 59)
        return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return *at == end;
}

enum status clock_parse_rfc3339(const char *text, size_t length, int64_t *time_us)
{
    const char *at = text;
    const char *end = text + length;
    int year = read_digits(&at, end, 4);
    if (year < 0 || !read_literal(&at, end, '-', '-'))
        return STATUS_INVALID;
    int month = read_digits(&at, end, 2);
    if (month < 1 || month > 12 || !read_literal(&at, end, '-', '-'))
        return STATUS_INVALID;
    int day = read_digits(&at, end, 2);
    if (day < 1 || day > days_in_month(year, month) || !read_literal(&at, end, 'T', 't'))
        return STATUS_INVALID;
    int hour = read_digits(&at, end, 2);
    if (hour < 0 || hour > 23 || !read_literal(&at, end, ':', ':'))
        return STATUS_INVALID;
    int minute = read_digits(&at, end, 2);
    if (minute < 0 || minute > 59 || !read_literal(&at, end, ':', ':'))
        return STATUS_INVALID;
    int second = read_digits(&at, end, 2);
    if (second < 0 || second > 60)
        return STATUS_INVALID;
    int64_t fraction = read_fraction_us(&at, end);
    int64_t offset_s;
    if (fraction < 0 || !read_offset(&at, end, &offset_s))
        return STATUS_INVALID;
    int second_of_day = (hour * 60 + minute) * 60 + second;
    int64_t seconds = clock_days_from_date(year, month, day) * SECONDS_PER_DAY + second_of_day - offset_s;
    if (seconds < YEAR_0_SECONDS || seconds >= YEAR_10000_SECONDS)
        return STATUS_INVALID;
    *time_us = seconds * CLOCK_US_PER_SECOND + fraction;
    return STATUS_OK;
}
