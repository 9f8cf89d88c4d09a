/* The words for orders and payments, and what can be said of a payment by itself. Pure. */
#include "akkoord/domain/order.h"

static const char *const order_words[ORDER_STATUSES] = {
    [ORDER_AWAITING_PAYMENT] = "awaiting_payment",
    [ORDER_EXPIRED] = "expired",
    [ORDER_CANCELLED] = "cancelled",
    [ORDER_ACCEPTED] = "accepted",
    [ORDER_HELD] = "held",
    [ORDER_COMPLETED] = "completed",
};

static const char *const payment_words[PAYMENT_STATUSES] = {
    [PAYMENT_OPEN] = "open",
    [PAYMENT_PAID] = "paid",
    [PAYMENT_FAILED] = "failed",
    [PAYMENT_EXPIRED] = "expired",
    [PAYMENT_REFUND_DUE] = "refund_due",
    [PAYMENT_PARTIALLY_REFUNDED] = "partially_refunded",
    [PAYMENT_REFUNDED] = "refunded",
    [PAYMENT_CHARGED_BACK] = "charged_back",
};

const char *order_status_name(enum order_status status)
{
    return order_words[status];
}

const char *payment_status_name(enum payment_status status)
{
    return payment_words[status];
}

enum status order_status_parse(const char *text, enum order_status *status)
{
    for (int i = 0; i < ORDER_STATUSES; i++) {
        if (strcmp(order_words[i], text) == 0) {
            *status = (enum order_status)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

enum status payment_status_parse(const char *text, enum payment_status *status)
{
    for (int i = 0; i < PAYMENT_STATUSES; i++) {
        if (strcmp(payment_words[i], text) == 0) {
            *status = (enum payment_status)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

bool payment_is_taken(const struct payment *payment)
{
    return payment->status == PAYMENT_PAID || payment->status == PAYMENT_PARTIALLY_REFUNDED;
}

bool payment_is_settled(const struct payment *payment)
{
    return payment->status != PAYMENT_OPEN && payment->status != PAYMENT_FAILED && payment->status != PAYMENT_EXPIRED;
}
