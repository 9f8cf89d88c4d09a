/*
 * A way to pay, from the provider. Worker threads; between a question and its answer, which may take seconds, none.
 *
 * Nothing here can charge anybody: a checkout is only an address, and the customer sees the one that was stored, or
 * none. What has to be certain is that a repetition does not make a second one where the first may have been made: so
 * the words and the key are those of the first try. A definite no ends that; and so does a failure of the provider's
 * that it gives again to a later try, as it may go on giving it under that key
 * (https://docs.stripe.com/api/idempotent_requests).
 */
#include "akkoord/api/checkout.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"

#define TRIES_MAX    3
#define TRY_PAUSE_MS 250
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
static enum status take_reservation(struct api_call *call, struct api_checkout *checkout, struct error *error)
{
    struct reservation reserved;
    struct checkout_order *order = &checkout->order;
    struct payment *attempt = checkout->attempt;
    struct reservation wanted = {
        .order_id = order->id,
        .attempt_id = attempt->id,
        .provider = attempt->provider,
        .amount_minor = order->total_minor,
        .request = checkout->request.body,
        .created_at_us = attempt->created_at_us,
    };
    memcpy(wanted.order_number, order->number, sizeof(wanted.order_number));
    memcpy(wanted.currency, order->currency, sizeof(wanted.currency));
    enum status status = reserve(call, &checkout->purpose, &wanted, &reserved, error);
    if (status != STATUS_OK)
        return status;
    checkout->is_repetition = !uuid_equal(&reserved.attempt_id, &attempt->id);
    order->id = reserved.order_id;
    memcpy(order->number, reserved.order_number, sizeof(order->number));
    attempt->id = reserved.attempt_id;
    checkout->terms = terms_of(call, order, attempt);
    checkout->request = checkout->account->client->ask_checkout(call->arena, &checkout->terms);
    checkout->request.body = reserved.request;
    return STATUS_OK;
}

/* ---- the outcome ---- */

static bool is_code(const struct error *error, const char *code)
{
    return strcmp(error->code, code) == 0;
}

static enum status refuse(struct api_call *call, const struct api_checkout *checkout, struct error *error)
{
    api_call_note_field(call, "payment_provider", "amount_refused",
                        arena_format(call->arena, "%s does not take an amount like this one: choose another provider",
                                     checkout->attempt->provider));
    return api_call_check_faults(call, error);
}

static enum status explain(struct api_call *call, const struct api_checkout *checkout, const struct error *cause,
                           struct error *error)
{
    const struct payment *attempt = checkout->attempt;
    log_event(LOG_WARNING, "checkout.unavailable", log_text("provider", attempt->provider),
              log_text("code", cause->code), log_text("request", call->request->id_text));
    count_checkout(attempt->provider, cause->code);
    bool is_definite = is_code(cause, "provider_refused") || is_code(cause, "amount_refused");
    if (checkout->purpose.text != NULL && is_definite &&
        store_reservation_drop(call->store, call->arena, &checkout->purpose, &attempt->id, NULL) != STATUS_OK)
        log_event(LOG_WARNING, "checkout.reservation_kept", log_text("request", call->request->id_text));
    if (is_code(cause, "amount_refused"))
        return refuse(call, checkout, error);
    return error_set(error, STATUS_UNAVAILABLE, "provider_unavailable",
                     "%s offers no way to pay right now: %s. Nothing was kept; try again, or choose another provider",
                     attempt->provider, cause->detail);
}

/* ---- question and answer ---- */

static long left_ms(const struct api_checkout *checkout)
{
    return (long)((checkout->deadline_us - clock_monotonic_us()) / INT64_C(1000));
}

/* What may go well a moment later under the same key. */
static bool may_pass(const struct error *error)
{
    return is_code(error, "no_answer") || is_code(error, "connect_failed") || is_code(error, "provider_busy") ||
           is_code(error, "provider_failed") || is_code(error, "provider_nonsense");
}

static enum status take_answer(struct api_call *call, struct http_answer *answer, struct error *error);

static void ask(struct api_call *call, struct api_checkout *checkout, long delay_ms)
{
    const struct provider_call_times times = {.delay_ms = delay_ms, .timeout_ms = left_ms(checkout) - delay_ms};
    checkout->tries++;
    api_call_ask(call, checkout->account, &checkout->request, times, take_answer);
}

static enum status read_answer(struct api_call *call, struct api_checkout *checkout, struct error *error)
{
    const struct api_question *question = &call->question;
    struct checkout opened;
    if (question->status != STATUS_OK) {
        *error = question->error;
        return question->status;
    }
    enum status status =
        checkout->account->client->read_checkout(call->arena, &checkout->terms, &question->answer, &opened, error);
    if (status != STATUS_OK)
        return status;
    struct payment *attempt = checkout->attempt;
    memcpy(attempt->provider_payment_id, opened.payment_id, sizeof(attempt->provider_payment_id));
    attempt->checkout_url = opened.url;
    count_checkout(attempt->provider, "opened");
    return STATUS_OK;
}

/* Gives up what an earlier try has reserved, and asks under new ids. */
static enum status ask_anew(struct api_call *call, struct api_checkout *checkout, struct error *error)
{
    struct payment *attempt = checkout->attempt;
    enum status status = store_reservation_drop(call->store, call->arena, &checkout->purpose, &attempt->id, error);
    if (status != STATUS_OK)
        return status;
    attempt->id = uuid_new();
    checkout->terms = terms_of(call, &checkout->order, attempt);
    checkout->request = checkout->account->client->ask_checkout(call->arena, &checkout->terms);
    status = take_reservation(call, checkout, error);
    if (status != STATUS_OK)
        return status;
    checkout->tries = 0;
    ask(call, checkout, 0);
    return STATUS_OK;
}

static enum status take_answer(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_checkout *checkout = call->state;
    struct error cause;
    enum status status = read_answer(call, checkout, &cause);
    long pause_ms = checkout->tries * (long)TRY_PAUSE_MS;
    if (status != STATUS_OK && may_pass(&cause) && checkout->tries < TRIES_MAX &&
        left_ms(checkout) > pause_ms + TRY_TIME_MS) {
        ask(call, checkout, pause_ms);
        return STATUS_OK;
    }
    if (status != STATUS_OK && is_code(&cause, "provider_failed") && checkout->is_repetition &&
        left_ms(checkout) > TRY_TIME_MS)
        return ask_anew(call, checkout, error);
    if (status != STATUS_OK)
        status = explain(call, checkout, &cause, error);
    return checkout->then(call, checkout->context, status, answer, error);
}

enum status api_checkout_open(struct api_call *call, struct api_checkout *checkout, struct error *error)
{
    checkout->account = provider_account_find(call->options->accounts, checkout->attempt->provider);
    checkout->terms = terms_of(call, &checkout->order, checkout->attempt);
    checkout->request = checkout->account->client->ask_checkout(call->arena, &checkout->terms);
    if (checkout->purpose.text != NULL) {
        enum status status = take_reservation(call, checkout, error);
        if (status != STATUS_OK)
            return status;
    }
    call->state = checkout;
    checkout->deadline_us = clock_monotonic_us() + CHECKOUT_TIME_MS * INT64_C(1000);
    ask(call, checkout, 0);
    return STATUS_OK;
}
