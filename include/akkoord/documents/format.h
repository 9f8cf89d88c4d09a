#pragma once
/*
 * Amounts, counts, rates and dates as a Dutch or an English reader writes them. Integers only; pure; any thread.
 *
 *     Dutch    € 1.234,56   −€ 5,00   1.200   5,5%   23 november 2026
 *     English  €1,234.56    −€5.00    1,200   5.5%   23 November 2026
 *
 * Spaces within an amount or a date are U+00A0, so that no line breaks there; a minus is U+2212. A currency other than
 * the euro stands as its ISO 4217 code before the amount.
 */
#include <stdint.h>

#include "akkoord/base/money.h"
#include "akkoord/domain/invoice.h"

/* Holds every int64_t with its separators, sign and currency, and every date. */
#define FORMAT_TEXT_BYTES 64

/* With the currency. */
void format_money(enum language language, const struct money *money, char out[FORMAT_TEXT_BYTES]);
/* The same without the currency: for a column of amounts. */
void format_amount(enum language language, const struct money *money, char out[FORMAT_TEXT_BYTES]);
void format_count(enum language language, int64_t count, char out[FORMAT_TEXT_BYTES]);
/* 2100 gives "21%", 550 "5,5%" or "5.5%": no trailing zeros. */
void format_rate(enum language language, int64_t rate_basis_points, char out[FORMAT_TEXT_BYTES]);
/* "€ 1 = USD 1,0842" or "€1 = USD 1.0842": four decimals at least, as the European Central Bank gives them. */
void format_exchange(enum language language, const char *currency, int64_t per_euro_millionths,
                     char out[FORMAT_TEXT_BYTES]);
/* `day` counts from 1970-01-01. */
void format_date(enum language language, int64_t day, char out[FORMAT_TEXT_BYTES]);
/* In groups of four, as ISO 13616-1 prints an IBAN; one that is too long for `out` is copied as far as it fits. */
void format_iban(const char *iban, char out[FORMAT_TEXT_BYTES]);
