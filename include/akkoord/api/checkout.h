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

/* Whether a way to pay is asked of this provider: its API key is set. */
bool api_checkout_is_asked_for(const struct api_call *call, const char *provider);

/*
 * Asks the attempt's provider for a checkout and fills in `provider_payment_id` and `checkout_url`. `purpose` (NULL:
 * none) names what a repetition of this request has in common with it: then ids are reserved before the call, and what
 * an earlier try reserved is taken over, order id and number and the attempt's id included. Blocks for at most
 * CHECKOUT_TIME_MS and a little.
 *
 * STATUS_UNAVAILABLE `provider_unavailable`: down, slow, refusing or not to be understood. Nothing is left behind, and
 * no customer has seen a way to pay; a repetition is recognised by the provider where it may have acted.
 */
#define CHECKOUT_TIME_MS 10000
enum status api_checkout_open(struct api_call *call, const struct reservation_purpose *purpose,
                              struct checkout_order *order, struct payment *attempt,
                              struct error *error) AKKOORD_MUST_CHECK;
