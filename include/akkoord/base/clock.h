#pragma once
/*
 * Time: UTC microseconds since 1970-01-01 as int64_t, everywhere. Calendar dates of Amsterdam are domain/calendar.h.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"

#define CLOCK_US_PER_SECOND  INT64_C(1000000)
#define CLOCK_RFC3339_BYTES  32
#define CLOCK_INTERNET_BYTES 32

/* Wall-clock time, plus the offset of clock_set_offset_us(). */
int64_t clock_now_us(void);
/* Time that never jumps, for deadlines and durations; its zero means nothing. */
int64_t clock_monotonic_us(void);
/* Shifts clock_now_us() for the whole process; called once before any thread starts, in test mode only, to walk over
 * year ends and terms without waiting for them. */
void clock_set_offset_us(int64_t offset_us);

/* "2026-11-23T09:30:00Z", with a fraction of six digits only when there is one. */
void clock_format_rfc3339(int64_t time_us, char out[CLOCK_RFC3339_BYTES]);
/* RFC 3339 date-time with any offset and up to nine fraction digits (below a microsecond: cut). A leap second (:60) is
 * read as the second after :59. STATUS_INVALID otherwise, and for a time that is not within the years 0000 to 9999 of
 * UTC. */
enum status clock_parse_rfc3339(const char *text, size_t length, int64_t *time_us) AKKOORD_MUST_CHECK;

/* "Mon, 23 Nov 2026 09:30:00", UTC, as HTTP and mail write it (RFC 9110, 5.6.7 and RFC 5322, 3.3); each puts its own
 * word for the zone behind it. Years 1970 to 9999. */
void clock_format_internet(int64_t time_us, char out[CLOCK_INTERNET_BYTES]);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. Month and day from 1. */
int64_t clock_days_from_date(int year, int month, int day);
void clock_date_from_days(int64_t days, int *year, int *month, int *day);
