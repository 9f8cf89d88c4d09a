/* The schedule of looks at attempts that stay open, and at refunds. Pure. */
#include "akkoord/jobs/asking.h"

#include <string.h>

#include "akkoord/base/clock.h"

#define SECONDS(number) ((number)*CLOCK_US_PER_SECOND)
#define HOURS(number)   SECONDS(INT64_C(3600) * (number))
#define DAYS(number)    HOURS(INT64_C(24) * (number))
#define LATEST          DAYS(31)
#define BEFORE_EXPIRY   SECONDS(300)
#define AFTER_EXPIRY    SECONDS(30)

static const int64_t pauses_us[] = {SECONDS(20),  SECONDS(40),   SECONDS(60), SECONDS(180),
                                    SECONDS(600), SECONDS(2700), HOURS(4)};
#define PAUSES ((int64_t)(sizeof(pauses_us) / sizeof(pauses_us[0])))

int64_t asking_next_us(int64_t asked, int64_t since_us, int64_t now_us)
{
    if (now_us >= since_us + LATEST)
        return 0;
    int64_t next_us = now_us + pauses_us[asked < PAUSES ? asked : PAUSES - 1];
    if (now_us >= since_us + AFTER_EXPIRY)
        return asked < PAUSES ? next_us : now_us + DAYS(1);
    const int64_t marks_us[] = {since_us - BEFORE_EXPIRY, since_us + AFTER_EXPIRY};
    for (size_t i = 0; i < 2; i++) {
        if (now_us < marks_us[i] && marks_us[i] < next_us)
            return marks_us[i];
    }
    return next_us;
}

bool asking_is_of_use(const char *provider, enum payment_status status)
{
    /* A Stripe session outlives a card that was declined. */
    return status == PAYMENT_OPEN || (status == PAYMENT_FAILED && strcmp(provider, "stripe") == 0) ||
           status == PAYMENT_REFUNDED || status == PAYMENT_PARTIALLY_REFUNDED;
}
