#pragma once
/*
 * What a payment provider told us, in one shape for all providers: what webhooks/ makes and the committer takes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/base/crypto.h"
#include "akkoord/base/money.h"
#include "akkoord/base/uuid.h"

#define PROVIDER_BYTES   16
#define EVENT_ID_BYTES   256
#define PAYMENT_ID_BYTES 256
#define REFUND_ID_BYTES  128

enum payment_event_kind {
    PAYMENT_EVENT_APPROVED,      /* the money is ours */
    PAYMENT_EVENT_FAILED,        /* this attempt came to nothing; another may follow */
    PAYMENT_EVENT_EXPIRED,       /* this attempt's time ran out */
    PAYMENT_EVENT_REFUNDED,      /* money went back; see refund_is_total */
    PAYMENT_EVENT_REFUND_FAILED, /* a refund came to nothing: its money is with us again */
    PAYMENT_EVENT_CHARGED_BACK,  /* the payer's bank took the money back */
    PAYMENT_EVENT_OTHER,         /* a kind that needs nothing: recorded, answered 200 */
};

#define RISK_LEVEL_BYTES 24
#define RISK_SCORE_MAX   100

/* A provider's own assessment of a payment, where its message carries one. */
struct payment_risk {
    bool has_score;
    int64_t score;                /* 0 to RISK_SCORE_MAX, the riskiest */
    char level[RISK_LEVEL_BYTES]; /* the provider's word, of small letters and underscores; empty if none */
};

/* All texts are NUL-terminated, printable ASCII, and hold no personal data: provider's and our own identifiers. */
struct payment_event {
    char provider[PROVIDER_BYTES];     /* "standard", "sandbox", "stripe", "mollie" */
    char event_id[EVENT_ID_BYTES];     /* the provider's: the idempotency key together with provider; never empty */
    char payment_id[PAYMENT_ID_BYTES]; /* the provider's; empty only for PAYMENT_EVENT_OTHER */
    /* Another id under which we may have stored the same payment (Stripe's session of an intent); empty if none. */
    char payment_alias[PAYMENT_ID_BYTES];
    /* Our own id of the attempt, where the provider gives back what it was told; nil if none. Counts within the order
     * that the event belongs to. */
    struct uuid attempt_id;
    bool has_order_id; /* the reference is a UUID; whether such an order exists is the committer's to find out */
    struct uuid order_id;
    /* A reference was given that is no UUID: the event can't match by it. */
    bool has_foreign_reference;
    enum payment_event_kind kind;
    int64_t amount_minor; /* >= 0: of the payment; of the refund or charge-back for those kinds */
    /* The provider's id of the one refund that it is about: always of REFUND_FAILED, of REFUNDED where it tells of one
     * refund and says which; else empty. */
    char refund_id[REFUND_ID_BYTES];
    /* For REFUNDED: amount_minor is the total refunded so far (Stripe, Mollie), not this one refund (standard). */
    bool refund_is_total;
    /* For such a total: what it counts although it has failed by now; 0 where the provider leaves those out. */
    int64_t refund_failed_minor;
    /* For REFUNDED: the provider says nothing is left (Stripe's `refunded`: true). */
    bool refund_is_full;
    char currency[CURRENCY_BYTES];
    struct payment_risk risk;
    bool live;                         /* false: test money */
    int64_t occurred_at_us;            /* the provider's time, or when it was received */
    uint8_t body_sha256[SHA256_BYTES]; /* of the raw body as received */
};

const char *payment_event_kind_name(enum payment_event_kind kind);
