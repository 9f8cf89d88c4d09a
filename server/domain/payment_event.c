/*
 * The names of payment event kinds, as logs, metrics, the event table and the API spell them. Pure; any thread.
 */
#include "akkoord/domain/payment_event.h"

const char *payment_event_kind_name(enum payment_event_kind kind)
{
    switch (kind) {
    case PAYMENT_EVENT_APPROVED:
        return "approved";
    case PAYMENT_EVENT_FAILED:
        return "failed";
    case PAYMENT_EVENT_EXPIRED:
        return "expired";
    case PAYMENT_EVENT_REFUNDED:
        return "refunded";
    case PAYMENT_EVENT_REFUND_FAILED:
        return "refund_failed";
    case PAYMENT_EVENT_CHARGED_BACK:
        return "charged_back";
    case PAYMENT_EVENT_OTHER:
        return "other";
    }
    abort(); /* no other kind exists: a bug */
}
