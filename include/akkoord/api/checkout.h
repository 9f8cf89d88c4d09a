#pragma once
/* A provider's page where the customer pays: made by a call to its API, when an attempt to pay begins. */
#include "akkoord/api/call.h"
#include "akkoord/domain/order.h"
#include "akkoord/store/reservations.h"

/* The order that is to be paid. */
struct checkout_order {
    struct uuid id;
    char number[ORDER_NUMBER_BYTES];
    int64_t total_minor;
    char currency[CURRENCY_BYTES];
    int64_t expires_at_us;
};

/* Goes on once the provider has answered, or not: `status` and `error` say which. A handler's second half. */
typedef enum status api_checkout_function(struct api_call *call, void *context, enum status status,
                                          struct http_answer *answer, struct error *error);

/* Lives in the call's arena until `then` has run. */
struct api_checkout {
    /* The caller's. `purpose` (its text NULL: none) names what a repetition of this request has in common with it: then
     * ids are reserved before the call, and what an earlier try reserved is taken over: order id and number, and the
     * attempt's id. */
    struct reservation_purpose purpose;
    struct checkout_order order;
    struct payment *attempt; /* gets `provider_payment_id` and `checkout_url` */
    api_checkout_function *then;
    void *context;
    /* checkout.c's */
    const struct provider_account *account;
    struct checkout_terms terms;
    struct provider_request request;
    bool is_repetition; /* under the ids of an earlier try */
    int64_t deadline_us;
    int tries;
};

/* Whether a way to pay is asked of this provider: its API key is set. */
bool api_checkout_is_asked_for(const struct api_call *call, const char *provider);

/*
 * Asks the attempt's provider for a checkout, for at most CHECKOUT_TIME_MS, and has `then` go on. A failure that is
 * returned here is of our own database; `then` is not called.
 *
 * What `then` is told: STATUS_UNAVAILABLE `provider_unavailable`: down, slow or not to be understood; a repetition is
 * recognised by the provider where it may have acted. STATUS_INVALID, a fault in `payment_provider`: it takes no
 * such amount. Either way nothing is left behind, and no customer has seen a way to pay.
 */
#define CHECKOUT_TIME_MS 10000
enum status api_checkout_open(struct api_call *call, struct api_checkout *checkout,
                              struct error *error) AKKOORD_MUST_CHECK;
