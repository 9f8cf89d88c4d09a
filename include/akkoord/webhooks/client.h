#pragma once
/*
 * What is said to a payment provider's API, and what its answers mean: a checkout where a customer pays, what became of
 * a payment, a refund.
 *
 * All of it pure: a request is built, an answer is read, and neither knows how the other side is reached (that is
 * webhooks/calls.h). One provider is one file in webhooks/ (*_client.c). An answer is believed only where it is what
 * was asked for; everything else is STATUS_UNAVAILABLE, with a code that says how much is known:
 *
 *     amount_refused      of a checkout: a definite no to the amount, too small or too large for this provider
 *     provider_refused    another definite no, 4xx: nothing has happened, and repeating it is useless
 *     provider_limited    429: nothing has happened
 *     provider_busy       409, 425: not now; the first request of this key may be under way
 *     provider_failed     5xx: it may have happened; the provider may give this answer to the same key again
 *     provider_nonsense   not what the provider's documentation says: it may have happened
 *
 * Sources: https://docs.stripe.com/api, https://docs.mollie.com/reference.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/money.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/payment_event.h"

#define PROVIDER_CHECKOUT_URL_BYTES_MAX 2048
/* Of one payment. More failures than these have been told before, when they were the newest. */
#define PROVIDER_FAILED_REFUNDS_MAX 32
/* Approved, refunded, charged back, and the refunds that failed. */
#define PROVIDER_EVENTS_MAX (3 + PROVIDER_FAILED_REFUNDS_MAX)

/* Texts live in the arena that it was made in, or are static. */
struct provider_request {
    bool is_post;             /* else a GET */
    const char *path;         /* after the API's URL: "/v1/refunds" */
    const char *content_type; /* of the body; NULL without */
    const char *body;
    const char *idempotency_key; /* NULL: none */
};

struct provider_answer {
    int status;
    const char *body;
    size_t body_length;
    int64_t retry_after_s; /* when the provider wants to be asked again, or 0 */
};

/* An attempt to pay an order. The same terms always give the same request. */
struct checkout_terms {
    struct uuid order_id;
    struct uuid attempt_id; /* the provider's idempotency key */
    const char *order_number;
    int64_t amount_minor;
    char currency[CURRENCY_BYTES];
    int64_t at_us;         /* when the attempt was begun */
    int64_t expires_at_us; /* of the order */
    const char *public_url;
};

struct checkout {
    char payment_id[PAYMENT_ID_BYTES]; /* the provider's */
    const char *url;                   /* where the customer pays; http or https */
};

/* A payment as its provider describes it now. */
struct fetched_payment {
    char payment_id[PAYMENT_ID_BYTES]; /* the one that refunds are made of */
    /* What has become of it, in the order in which it must have happened; none while it is open. But refunds that
     * failed come before the sum of all, so that nothing is decided on a refund that is known to have failed. Event ids
     * are made from the state ("tr_x:refunded:1000", "tr_x:refund_failed:re_x"), so that the same state is the same
     * event however often it is fetched; the sum in an id counts failed refunds too, and so never comes again. */
    struct payment_event events[PROVIDER_EVENTS_MAX];
    size_t events_count;
    bool is_paid;
    int64_t amount_minor;   /* of a paid one: what was paid */
    int64_t refunded_minor; /* all refunds together that have not failed */
    int64_t made_minor;     /* those that failed too */
    int64_t failed_refunds; /* how many of them did */
    int64_t total_minor;    /* refunded_minor as the provider's own total has it */
    bool lacks_refunds;     /* there may be refunds that the answer did not list: read_refunds() */
    char currency[CURRENCY_BYTES];
};

/* A refund as the answer to the request for it says. */
struct made_refund {
    char id[REFUND_ID_BYTES]; /* the provider's; empty when it gave none */
    bool has_failed;          /* at once */
};

/* Of a paid payment only: the event of a refund that has just been made, by the sum of all, to which it adds it ... */
void fetched_payment_note_refund(struct fetched_payment *payment, int64_t amount_minor, struct payment_event *event);
/* ... and the one of a refund with an id, made or failed, by that. */
void fetched_payment_name_refund(const struct fetched_payment *payment, const struct made_refund *refund,
                                 int64_t amount_minor, struct payment_event *event);

struct refund_terms {
    struct uuid payment_id;          /* ours */
    const char *provider_payment_id; /* as fetched */
    int64_t amount_minor;            /* of this refund */
    char currency[CURRENCY_BYTES];
    int64_t attempts;       /* how often it was tried, this time included */
    int64_t failed_refunds; /* of this payment, before: the provider must not take this one for one of them */
};

struct provider_client {
    const char *name; /* as payment_event.provider */

    struct provider_request (*ask_checkout)(struct arena *arena, const struct checkout_terms *terms);
    enum status (*read_checkout)(struct arena *arena, const struct checkout_terms *terms,
                                 const struct provider_answer *answer, struct checkout *checkout,
                                 struct error *error) AKKOORD_MUST_CHECK;

    /* STATUS_INVALID `payment_id` for an id that can't be one of this provider's. */
    enum status (*ask_payment)(struct arena *arena, const char *payment_id, struct provider_request *request,
                               struct error *error) AKKOORD_MUST_CHECK;
    /* STATUS_NOT_FOUND `payment_unknown` when the provider knows no such payment of ours. */
    enum status (*read_payment)(struct arena *arena, const char *payment_id, const struct provider_answer *answer,
                                int64_t at_us, struct fetched_payment *payment, struct error *error) AKKOORD_MUST_CHECK;

    /* All refunds of a payment; of one that lacks_refunds only, and by its fetched payment_id. */
    struct provider_request (*ask_refunds)(struct arena *arena, const char *payment_id);
    /* Puts their events in the place of those that the payment had of refunds. */
    enum status (*read_refunds)(struct arena *arena, const struct provider_answer *answer,
                                struct fetched_payment *payment, struct error *error) AKKOORD_MUST_CHECK;

    struct provider_request (*ask_refund)(struct arena *arena, const struct refund_terms *terms);
    /* STATUS_OK: the refund is made, or on its way. STATUS_UNAVAILABLE `refund_failed`: it failed at once, and `refund`
     * is filled in too. */
    enum status (*read_refund)(struct arena *arena, const struct refund_terms *terms,
                               const struct provider_answer *answer, struct made_refund *refund,
                               struct error *error) AKKOORD_MUST_CHECK;
};

/* By name; NULL for a provider that has no API of its own here. */
const struct provider_client *provider_client_find(const char *name);
