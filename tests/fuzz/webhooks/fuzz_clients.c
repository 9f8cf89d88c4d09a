/*
 * Fuzzes the readers of providers' answers: whatever comes back, what is believed is sane. The first byte of an input
 * chooses the reader, the second the status, the rest is the body.
 */
#include <stdbool.h>

#include "akkoord/base/clock.h"
#include "akkoord/webhooks/client.h"
#include "akkoord/webhooks/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_event(const struct fetched_payment *payment, const struct payment_event *event)
{
    require(event->event_id[0] != '\0' && strnlen(event->event_id, sizeof(event->event_id)) < sizeof(event->event_id));
    require(event->payment_id[0] != '\0' && strcmp(event->payment_id, payment->payment_id) == 0);
    require(event->amount_minor >= 0 && event->amount_minor <= WEBHOOK_AMOUNT_MINOR_MAX);
    require(!event->has_order_id || !event->has_foreign_reference);
    require((event->refund_id[0] != '\0') == (event->kind == PAYMENT_EVENT_REFUND_FAILED));
    require(event->refund_failed_minor >= 0 && event->refund_failed_minor <= event->amount_minor);
    if (payment->is_paid)
        require(strlen(event->currency) == 3);
}

static void fuzz_checkout(const struct provider_client *client, struct arena *arena,
                          const struct provider_answer *answer, struct error *error)
{
    const struct checkout_terms terms = {
        .order_number = "A0000001", .amount_minor = 12100, .currency = "EUR", .public_url = "https://shop.example.com"};
    struct checkout checkout;
    enum status status = client->read_checkout(arena, &terms, answer, &checkout, error);
    require(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    if (status == STATUS_OK)
        require(checkout.payment_id[0] != '\0' && strncmp(checkout.url, "http", 4) == 0);
}

static void require_payment(const struct fetched_payment *payment)
{
    require(payment->events_count <= PROVIDER_EVENTS_MAX);
    require(!payment->is_paid || payment->events_count > 0);
    require(payment->refunded_minor >= 0 && payment->refunded_minor <= payment->made_minor);
    for (size_t i = 0; i < payment->events_count; i++)
        require_event(payment, &payment->events[i]);
}

/* The same answer is read as the payment and as the list of its refunds. */
static void fuzz_payment(const struct provider_client *client, const char *payment_id, struct arena *arena,
                         const struct provider_answer *answer, struct error *error)
{
    struct fetched_payment payment;
    enum status status = client->read_payment(arena, payment_id, answer, CLOCK_US_PER_SECOND, &payment, error);
    require(status == STATUS_OK || status == STATUS_UNAVAILABLE || status == STATUS_NOT_FOUND);
    if (status != STATUS_OK)
        return;
    require_payment(&payment);
    if (!payment.is_paid)
        return;
    status = client->read_refunds(arena, answer, &payment, error);
    require(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    if (status == STATUS_OK)
        require_payment(&payment);
}

static void fuzz_refund(const struct provider_client *client, struct arena *arena, const struct provider_answer *answer,
                        struct error *error)
{
    const struct refund_terms terms = {.provider_payment_id = "pi_1", .amount_minor = 1000, .currency = "EUR"};
    struct made_refund refund = {.has_failed = false};
    enum status status = client->read_refund(arena, &terms, answer, &refund, error);
    require(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    require(status == STATUS_UNAVAILABLE || !refund.has_failed);
    require(strnlen(refund.id, sizeof(refund.id)) < sizeof(refund.id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 201, 404, 302, 500};
    static const char *const names[] = {"stripe", "mollie"};
    static const char *const ids[] = {"cs_1", "tr_1"};
    if (size < 2)
        return 0;
    size_t which = data[0] % 2;
    const struct provider_client *client = provider_client_find(names[which]);
    struct arena *arena = arena_new();
    struct error error = {0};
    const struct provider_answer answer = {
        .status = statuses[data[1] % 5], .body = arena_copy_bytes(arena, data + 2, size - 2), .body_length = size - 2};
    if (data[0] / 2 % 4 == 0)
        fuzz_checkout(client, arena, &answer, &error);
    else if (data[0] / 2 % 4 == 1)
        fuzz_refund(client, arena, &answer, &error);
    else
        fuzz_payment(client, data[0] / 2 % 4 == 2 ? ids[which] : which == 0 ? "pi_1" : "tr_1", arena, &answer, &error);
    arena_free(arena);
    return 0;
}
