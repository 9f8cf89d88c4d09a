#pragma once
/*
 * Dates of Europe/Amsterdam and the periods of law that are counted in them. Pure; any thread.
 *
 * A date is a number of days since 1970-01-01; year, month and day of it are clock_date_from_days(). The time zone is
 * computed, so that the program needs no time zone files: UTC+1, and UTC+2 from the last Sunday of March 01:00 UTC to
 * the last Sunday of October 01:00 UTC (Directive 2000/84/EC art. 2 and 3). That holds from 1996 on; earlier times are
 * reckoned by the same rule, which is not what clocks showed then.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"

#define CALENDAR_DATE_BYTES    24
#define CALENDAR_REVIEW_MONTHS 1

/* The date in Amsterdam at a moment. */
int64_t calendar_amsterdam_day(int64_t time_us);
/* Minutes since midnight that clocks in Amsterdam show at a moment: 845 is 14:05. */
int calendar_amsterdam_minute(int64_t time_us);
/* The first moment of a date: 00:00:00 in Amsterdam. */
int64_t calendar_start_of_amsterdam_day_us(int64_t day);
/* The last whole second of a date, 23:59:59 in Amsterdam: a term that ends with the day is shown, and compared, as this
 * moment ("2026-12-23T22:59:59Z"). */
int64_t calendar_end_of_amsterdam_day_us(int64_t day);
int calendar_year(int64_t day);

/* The same date so many whole months (0 or more) later, or the last day of that month when it has no such date. */
int64_t calendar_add_months(int64_t day, int months);

/* "2026-11-23" (ISO 8601). */
void calendar_format_date(int64_t day, char out[CALENDAR_DATE_BYTES]);
/* Exactly that form, years 0000 to 9999, a date that exists; STATUS_INVALID otherwise. */
enum status calendar_parse_date(const char *text, size_t length, int64_t *day) AKKOORD_MUST_CHECK;

/*
 * The public holidays of the Netherlands: New Year's Day, Easter Monday, King's Day (27 April, or the 26th when that is
 * a Sunday), 5 May, Ascension Day, Whit Monday, Christmas Day and the day after it (Algemene termijnenwet art. 3(1)).
 *
 * Good Friday is not one of them here. That Act puts it on a level with them only "for the application of this Act"
 * (art. 3(2)), and the terms counted here are those of Union law. Counting it as a working day is the side on which an
 * error harms nobody: a term never ends later than the law allows.
 */
bool calendar_is_public_holiday(int64_t day);
/* Neither a public holiday, a Saturday nor a Sunday. */
bool calendar_is_working_day(int64_t day);

/*
 * The last day of a period of whole months (1 or more) that runs from an event on `event_day`, counted by Regulation
 * (EEC, Euratom) No 1182/71 art. 3: the day of the event does not count (1); the period ends on the same date of the
 * last month, or on the last day of that month when it has no such date (2)(c); and where that is a public holiday, a
 * Saturday or a Sunday, on the following working day (4).
 */
int64_t calendar_period_end_day(int64_t event_day, int months);
/* When a review is due: the end of the last day of CALENDAR_REVIEW_MONTHS after it was asked for. */
int64_t calendar_review_due_us(int64_t requested_at_us);
