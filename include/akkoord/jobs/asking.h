#pragma once
/*
 * When a provider is asked what became of an attempt to pay, or of a refund, because webhooks get lost. Pure.
 *
 * Soon at first, when most customers pay, then less and less often; once more just before the order's time is over, and
 * just after. An attempt that stays open beyond that (a bank transfer under way, say) is asked about daily for a month.
 * A refund is asked about as an attempt is after its order's time: soon at first, then daily, for the month in which a
 * bank may give it back.
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/domain/order.h"

/* The time of the next look; 0: none. `asked`: how often it was looked at, the first plan not included. `since_us`:
 * when the order's time is over, or when the refund was made. */
int64_t asking_next_us(int64_t asked, int64_t since_us, int64_t now_us);
/* Whether a look at it can tell anything: it may still be paid, or what went back may have come back. (What is due to
 * go back has a job that looks.) */
bool asking_is_of_use(const char *provider, enum payment_status status);
