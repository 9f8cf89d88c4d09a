/*
 * A way to pay, from the provider. Worker threads of the checkout lane, which may wait for others for seconds.
 *
 * Nothing here can charge anybody: a checkout is only an address, and the customer sees the one that was stored, or
 * none. What has to be certain is that a repetition does not make a second one where the first may have been made: so
 * the words and the key are those of the first try. A definite no ends that, as the provider may go on giving it under
 * the same key.
 */
#include "akkoord/api/checkout.h"

#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"

#define TRIES_MAX    3
#define TRY_PAUSE_US INT64_C(250000)
#define TRY_TIME_MS  1000 /* less is not worth another try */
/* Mollie forgets a key after an hour; after that a repetition could not be told from a new request. */
#define RESERVATION_US (INT64_C(50) * 60 * CLOCK_US_PER_SECOND)

static struct metric checkouts_counted = {.kind = METRIC_COUNTER,
                                          .name = "akkoord_checkouts_total",
                                          .help = "Ways to pay asked of providers, by provider and result."};

static void count_checkout(const char *provider, const char *result)
{
    char labels[METRIC_LABELS_BYTES];
    snprintf(labels, sizeof(labels), "provider=\"%s\",result=\"%s\"", provider, result);
    metric_add(&checkouts_counted, labels, 1);
}

bool api_checkout_is_asked_for(const struct api_call *call, const char *provider)
{
    return provider_account_find(call->options->accounts, provider) != NULL;
}

/* ---- the call ---- */

static bool is_code(const struct error *error, const char *code)
{
    return strcmp(error->code, code) == 0;
}

/* What may go well a moment later under the same key. */
static bool may_pass(const struct error *error)
{
    return is_code(error, "no_answer") || is_code(error, "connect_failed") || is_code(error, "provider_busy") ||
           is_code(error, "provider_failed") || is_code(error, "provider_nonsense");
}

static enum status ask(struct api_call *call, const struct provider_account *account,
                       const struct checkout_terms *terms, const struct provider_request *request,
                       struct checkout *checkout, struct error *error)
{
    int64_t deadline_us = clock_monotonic_us() + CHECKOUT_TIME_MS * INT64_C(1000);
    for (int tries = 1;; tries++) {
        long left_ms = (long)((deadline_us - clock_monotonic_us()) / 1000);
        struct provider_answer answer;
        enum status status = provider_call(account, call->client, call->arena, request, left_ms, &answer, error);
        if (status == STATUS_OK)
            status = account->client->read_checkout(call->arena, terms, &answer, checkout, error);
        if (status == STATUS_OK || !may_pass(error) || tries == TRIES_MAX)
            return status;
        int64_t pause_us = tries * TRY_PAUSE_US;
        if (clock_monotonic_us() + pause_us + TRY_TIME_MS * INT64_C(1000) > deadline_us)
            return status;
        usleep((useconds_t)pause_us);
    }
}

/* ---- what an earlier try has left ---- */

static bool is_same(const struct reservation *reserved, const struct reservation *wanted)
{
    return strcmp(reserved->provider, wanted->provider) == 0 && reserved->amount_minor == wanted->amount_minor &&
           strcmp(reserved->currency, wanted->currency) == 0 &&
           wanted->created_at_us - reserved->created_at_us < RESERVATION_US;
}

/* Another provider or price, or too long ago: that try is over, and its address was seen by nobody. */
static enum status reserve(struct api_call *call, const struct reservation_purpose *purpose,
                           const struct reservation *wanted, struct reservation *reserved, struct error *error)
{
    enum status status = store_reservation_make(call->store, call->arena, purpose, wanted, reserved, error);
    if (status != STATUS_OK || is_same(reserved, wanted))
        return status;
    status = store_reservation_drop(call->store, call->arena, purpose, &reserved->attempt_id, error);
    if (status == STATUS_OK)
        status = store_reservation_make(call->store, call->arena, purpose, wanted, reserved, error);
    if (status == STATUS_OK && !is_same(reserved, wanted))
        status = error_set(error, STATUS_UNAVAILABLE, "unavailable", "another such request is under way; try again");
    return status;
}

static struct checkout_terms terms_of(const struct api_call *call, const struct checkout_order *order,
                                      const struct payment *attempt)
{
    struct checkout_terms terms = {
        .order_id = order->id,
        .attempt_id = attempt->id,
        .order_number = order->number,
        .amount_minor = order->total_minor,
        .at_us = attempt->created_at_us,
        .expires_at_us = order->expires_at_us,
        .public_url = call->options->public_url,
    };
    memcpy(terms.currency, order->currency, sizeof(terms.currency));
    return terms;
}

/* Takes over the ids of the reservation that stands, and its words. */
static enum status take_reservation(struct api_call *call, const struct reservation_purpose *purpose,
                                    const struct provider_account *account, struct checkout_order *order,
                                    struct payment *attempt, struct provider_request *request, struct error *error)
{
    struct reservation reserved;
    struct reservation wanted = {
        .order_id = order->id,
        .attempt_id = attempt->id,
        .provider = attempt->provider,
        .amount_minor = order->total_minor,
        .request = request->body,
        .created_at_us = attempt->created_at_us,
    };
    memcpy(wanted.order_number, order->number, sizeof(wanted.order_number));
    memcpy(wanted.currency, order->currency, sizeof(wanted.currency));
    enum status status = reserve(call, purpose, &wanted, &reserved, error);
    if (status != STATUS_OK)
        return status;
    order->id = reserved.order_id;
    memcpy(order->number, reserved.order_number, sizeof(order->number));
    attempt->id = reserved.attempt_id;
    const struct checkout_terms terms = terms_of(call, order, attempt);
    *request = account->client->ask_checkout(call->arena, &terms);
    request->body = reserved.request;
    return STATUS_OK;
}

/* ---- together ---- */

static enum status explain(struct api_call *call, const struct reservation_purpose *purpose,
                           const struct payment *attempt, const struct error *cause, struct error *error)
{
    log_event(LOG_WARNING, "checkout.unavailable", log_text("provider", attempt->provider),
              log_text("code", cause->code), log_text("request", call->request->id_text));
    count_checkout(attempt->provider, cause->code);
    bool is_definite = is_code(cause, "provider_refused") || is_code(cause, "provider_failed");
    if (purpose != NULL && is_definite &&
        store_reservation_drop(call->store, call->arena, purpose, &attempt->id, NULL) != STATUS_OK)
        log_event(LOG_WARNING, "checkout.reservation_kept", log_text("request", call->request->id_text));
    return error_set(error, STATUS_UNAVAILABLE, "provider_unavailable",
                     "%s offers no way to pay right now: %s. Nothing was kept; try again, or choose another provider",
                     attempt->provider, cause->detail);
}

enum status api_checkout_open(struct api_call *call, const struct reservation_purpose *purpose,
                              struct checkout_order *order, struct payment *attempt, struct error *error)
{
    const struct provider_account *account = provider_account_find(call->options->accounts, attempt->provider);
    struct checkout_terms terms = terms_of(call, order, attempt);
    struct provider_request request = account->client->ask_checkout(call->arena, &terms);
    if (purpose != NULL) {
        enum status status = take_reservation(call, purpose, account, order, attempt, &request, error);
        if (status != STATUS_OK)
            return status;
        terms = terms_of(call, order, attempt);
    }
    struct checkout checkout;
    struct error cause = {.status = STATUS_OK};
    if (ask(call, account, &terms, &request, &checkout, &cause) != STATUS_OK)
        return explain(call, purpose, attempt, &cause, error);
    count_checkout(attempt->provider, "opened");
    memcpy(attempt->provider_payment_id, checkout.payment_id, sizeof(attempt->provider_payment_id));
    attempt->checkout_url = checkout.url;
    return STATUS_OK;
}
