/* See harness.h. A broken promise aborts, which libFuzzer reports with the input. */
#include "harness.h"

#include "akkoord/base/clock.h"

#define HEADER_SEPARATOR 0x01

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_id(const char *id, size_t capacity)
{
    size_t length = strnlen(id, capacity);
    require(length < capacity);
    for (size_t i = 0; i < length; i++)
        require(id[i] > ' ' && id[i] <= '~');
}

/* What the committer and the database rely on, whatever came in. */
static void require_sane(const struct fuzz_scheme *scheme, const struct payment_event *event)
{
    require(strcmp(event->provider, scheme->provider) == 0);
    require_id(event->event_id, sizeof(event->event_id));
    require_id(event->payment_id, sizeof(event->payment_id));
    require_id(event->payment_alias, sizeof(event->payment_alias));
    require_id(event->refund_id, sizeof(event->refund_id));
    require(event->refund_id[0] != '\0' || event->kind != PAYMENT_EVENT_REFUND_FAILED);
    require(event->refund_id[0] == '\0' || !event->refund_is_total);
    require(event->event_id[0] != '\0');
    require(event->payment_id[0] != '\0' || event->kind == PAYMENT_EVENT_OTHER);
    require(event->amount_minor >= 0 && event->amount_minor <= WEBHOOK_AMOUNT_MINOR_MAX);
    require(!event->has_order_id || !event->has_foreign_reference);
    require(payment_event_kind_name(event->kind) != NULL);
    bool moves_money = event->kind == PAYMENT_EVENT_APPROVED || event->kind == PAYMENT_EVENT_REFUNDED ||
                       event->kind == PAYMENT_EVENT_REFUND_FAILED || event->kind == PAYMENT_EVENT_CHARGED_BACK;
    size_t currency_length = strnlen(event->currency, CURRENCY_BYTES);
    require(currency_length == 3 || (currency_length == 0 && !moves_money));
    for (size_t i = 0; i < currency_length; i++)
        require(event->currency[i] >= 'A' && event->currency[i] <= 'Z');
}

static void require_ping(const struct fuzz_scheme *scheme, const struct payment_event *event)
{
    require(strcmp(event->provider, scheme->provider) == 0);
    require_id(event->payment_id, sizeof(event->payment_id));
    require(event->payment_id[0] != '\0');
}

/* Cuts the first line into header values; what is left is the body. */
static size_t take_headers(const struct fuzz_scheme *scheme, const uint8_t **data, size_t *size,
                           struct webhook_header *headers)
{
    size_t count = 0;
    const uint8_t *end_of_line = memchr(*data, '\n', *size);
    if (end_of_line == NULL)
        return 0;
    const uint8_t *at = *data;
    while (count < FUZZ_HEADERS_MAX) {
        const uint8_t *separator = memchr(at, HEADER_SEPARATOR, (size_t)(end_of_line - at));
        const uint8_t *end = separator != NULL ? separator : end_of_line;
        const char *name = scheme->names[count % scheme->names_count];
        headers[count++] = (struct webhook_header){name, strlen(name), (const char *)at, (size_t)(end - at)};
        if (separator == NULL)
            break;
        at = separator + 1;
    }
    *size -= (size_t)(end_of_line + 1 - *data);
    *data = end_of_line + 1;
    return count;
}

int fuzz_webhook(const struct fuzz_scheme *scheme, const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct webhook_provider *provider = webhook_provider_find(scheme->provider);
    struct webhook_secrets secrets;
    require(webhook_secrets_parse(provider, scheme->secret, &secrets, NULL) == STATUS_OK);
    bool forged = data[0] % 2 == 1;
    data++;
    size--;
    struct webhook_header headers[FUZZ_HEADERS_MAX];
    size_t headers_count = scheme->names_count;
    if (forged) {
        headers_count = take_headers(scheme, &data, &size, headers);
    } else {
        const char *values[FUZZ_HEADERS_MAX];
        scheme->sign(&secrets.items[0], data, size, values);
        for (size_t i = 0; i < headers_count; i++)
            headers[i] =
                (struct webhook_header){scheme->names[i], strlen(scheme->names[i]), values[i], strlen(values[i])};
    }
    struct webhook_input input = {.headers = headers,
                                  .headers_count = headers_count,
                                  .body = data,
                                  .body_length = size,
                                  .received_at_us = FUZZ_NOW_S * CLOCK_US_PER_SECOND};
    struct arena *arena = arena_new();
    struct payment_event event;
    struct error error = {0};
    enum webhook_verdict verdict = provider->read(&secrets, &input, arena, &event, &error);
    if (forged && scheme->pings_unsigned && headers_count == 0)
        require(verdict != WEBHOOK_EVENT && verdict != WEBHOOK_PING);
    else if (forged)
        require(verdict == WEBHOOK_UNSIGNED);
    else
        require(verdict != WEBHOOK_UNSIGNED);
    if (verdict == WEBHOOK_PING || verdict == WEBHOOK_PING_UNSIGNED)
        require_ping(scheme, &event);
    else if (verdict == WEBHOOK_EVENT)
        require_sane(scheme, &event);
    else
        require(error.status != STATUS_OK && error.code[0] != '\0' && error.detail[0] != '\0');
    arena_free(arena);
    webhook_secrets_release(&secrets);
    return 0;
}
