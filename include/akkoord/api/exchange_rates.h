#pragma once
/*
 * The rates of AKKOORD_EXCHANGE_RATES_FILE, from which an order in a foreign currency gets its VAT in euros (Directive
 * 2006/112/EC art. 91(2) and 230; Wet OB 1968 art. 8(7)): reference rates of the European Central Bank, units of each
 * currency for one euro.
 *
 *     {"date": "2026-11-26", "per_euro": {"USD": "1.0850", "JPY": "169.12"}}
 *
 * The file is read again for every such order, so that whoever replaces it (by renaming a new one over it) need not
 * tell the server. It may be any thread's.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

#define EXCHANGE_RATES_BYTES_MAX ((size_t)64 << 10)

/* Reads one currency's rate out of such a text; pure. STATUS_INVALID with the field for a text of another form;
 * STATUS_NOT_FOUND `currency_rate_missing` where the currency is not in it. */
enum status exchange_rates_read(struct arena *arena, const char *text, size_t length, const char *currency,
                                struct exchange *exchange, struct error *error) AKKOORD_MUST_CHECK;

/* The same from the file; STATUS_NOT_FOUND `currency_rate_missing` also when `path` is NULL, and STATUS_INTERNAL for a
 * file that can't be read. */
enum status exchange_rates_find(struct arena *arena, const char *path, const char *currency, struct exchange *exchange,
                                struct error *error) AKKOORD_MUST_CHECK;
