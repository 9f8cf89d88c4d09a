#pragma once
/*
 * An order as the rules see it: its state, its payments and what has been decided about it. Pure data; the store fills
 * it from locked rows, transition.h changes it, the store writes back what changed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/money.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/credit.h"
#include "akkoord/domain/payment_event.h"
#include "akkoord/domain/reversal.h"

enum order_status {
    ORDER_AWAITING_PAYMENT,
    ORDER_EXPIRED,
    ORDER_CANCELLED,
    ORDER_ACCEPTED,
    ORDER_HELD,
    ORDER_COMPLETED,
};
#define ORDER_STATUSES 6

enum payment_status {
    PAYMENT_OPEN,
    PAYMENT_PAID,
    PAYMENT_FAILED,
    PAYMENT_EXPIRED,
    PAYMENT_REFUND_DUE, /* ours to send back */
    PAYMENT_PARTIALLY_REFUNDED,
    PAYMENT_REFUNDED,
    PAYMENT_CHARGED_BACK,
};
#define PAYMENT_STATUSES 8

/* An attempt that we began, or a payment that a provider told us of. */
struct payment {
    struct uuid id;
    char provider[PROVIDER_BYTES];
    char provider_payment_id[PAYMENT_ID_BYTES]; /* empty until the provider told us */
    char provider_alias[PAYMENT_ID_BYTES];      /* a second id of the same payment, or empty */
    enum payment_status status;
    int64_t amount_minor; /* asked for; once approved: what was paid */
    char currency[CURRENCY_BYTES];
    bool live;
    struct reversal reversal;
    int64_t refunded_at_us; /* when we last heard that more of it went back; 0: never */
    bool is_attempt;        /* we began it; else a provider told us of it */
    int64_t created_at_us;
    const char *checkout_url; /* of a new attempt only: where the customer pays, or NULL */
    bool is_new;              /* no row yet */
    bool is_changed;          /* differs from its row */
};

/* More attempts than any customer makes; what comes after is refused (commands) or unmatched (events). */
#define ORDER_PAYMENTS_MAX 64

struct order {
    struct uuid id;
    enum order_status status;
    int64_t total_minor;
    char currency[CURRENCY_BYTES];
    int64_t expires_at_us;
    int64_t content_version;
    struct uuid invoice_id;  /* the invoice that stands; nil if none */
    struct uuid decision_id; /* the newest decision that is not `refused`; nil if none */
    struct uuid payment_id;  /* the payment it rests on: the last that was accepted or held; nil if none */
    int64_t decisions_count; /* all that were made about it, refused ones too */
    int64_t credited_minor;  /* of the invoice that stands, by partial credit notes; below its total */
    /* The same in full; NULL unless there is something to credit, or more than nothing was credited. */
    struct credit_state *credits;
    struct payment *payments; /* oldest first; grows in the arena of the effects */
    size_t payments_count, payments_capacity;
    bool is_changed; /* something above but the payments differs from the row */
};

/* The words of CONTRACT section 3, which are the database's too. */
const char *order_status_name(enum order_status status);
const char *payment_status_name(enum payment_status status);
/* STATUS_INVALID for a word that is none. */
enum status order_status_parse(const char *text, enum order_status *status) AKKOORD_MUST_CHECK;
enum status payment_status_parse(const char *text, enum payment_status *status) AKKOORD_MUST_CHECK;

/* Whether the provider's money reached us and is still with us, in whole or in part. */
bool payment_is_taken(const struct payment *payment);
/* Whether the payment was ever approved: it is settled, and another approval of it means nothing. */
bool payment_is_settled(const struct payment *payment);
