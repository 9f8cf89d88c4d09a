/* The list of clients, and what their answers have in common. Pure; any thread. */
#include "akkoord/webhooks/client.h"

#include <inttypes.h>

#include "clients.h"

static const struct provider_client *const clients[] = {&client_stripe, &client_mollie};

const struct provider_client *provider_client_find(const char *name)
{
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        if (strcmp(clients[i]->name, name) == 0)
            return clients[i];
    }
    return NULL;
}

/* ---- answers ---- */

enum status client_nonsense(struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "provider_nonsense",
                     "the payment provider's answer can't be understood");
}

enum status client_check_status(const struct provider_answer *answer, struct error *error)
{
    int status = answer->status;
    if (status >= 200 && status <= 299)
        return STATUS_OK;
    if (status == 429)
        return error_set(error, STATUS_UNAVAILABLE, "provider_limited",
                         "the payment provider has had too many requests");
    if (status == 409 || status == 425)
        return error_set(error, STATUS_UNAVAILABLE, "provider_busy", "the payment provider asks to wait (%d)", status);
    if (status >= 400 && status <= 499)
        return error_set(error, STATUS_UNAVAILABLE, "provider_refused", "the payment provider refuses this (%d)",
                         status);
    if (status >= 500 && status <= 599)
        return error_set(error, STATUS_UNAVAILABLE, "provider_failed", "the payment provider has a failure (%d)",
                         status);
    return client_nonsense(error);
}

enum status client_parse(struct arena *arena, const struct provider_answer *answer, json_t **object,
                         struct error *error)
{
    enum status status = client_check_status(answer, error);
    if (status == STATUS_OK && json_parse_object(arena, answer->body, answer->body_length, object, NULL) != STATUS_OK)
        status = client_nonsense(error);
    return status;
}

enum status client_amount_refused(struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "amount_refused", "the payment provider does not take this amount");
}

bool client_may_be(const json_t *object, const char *key, const char *kind)
{
    const json_t *value = json_object_get(object, key);
    return value == NULL || (json_is_string(value) && strcmp(json_string_value(value), kind) == 0);
}

bool client_is_checkout_url(const char *url)
{
    if (url == NULL || (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0))
        return false;
    size_t length = strlen(url);
    for (size_t i = 0; i < length; i++) {
        if (url[i] <= ' ' || url[i] > '~' || url[i] == '"' || url[i] == '<' || url[i] == '>' || url[i] == '\\')
            return false;
    }
    return length <= PROVIDER_CHECKOUT_URL_BYTES_MAX && strlen(strstr(url, "//")) > 2;
}

/* ---- requests ---- */

const char *client_describe(struct arena *arena, const struct checkout_terms *terms)
{
    return arena_format(arena, "Order %s", terms->order_number);
}

const char *client_return_url(struct arena *arena, const struct checkout_terms *terms, const char *outcome)
{
    char order[UUID_TEXT_BYTES];
    return arena_format(arena, "%s/checkout/%s?order=%s", terms->public_url, outcome,
                        uuid_format(&terms->order_id, order));
}

/* ---- events ---- */

/* One payment's state is one event whatever else its description says by now; what counts of it is what is hashed, so
 * that the same state with another amount leaves a trace. */
static void hash_event(struct payment_event *event)
{
    char order[UUID_TEXT_BYTES] = "";
    char text[EVENT_ID_BYTES + 128];
    if (event->has_order_id)
        uuid_format(&event->order_id, order);
    int length = snprintf(text, sizeof(text), "%s %s %" PRId64 " %s %d", event->event_id, order, event->amount_minor,
                          event->currency, event->live);
    crypto_sha256(text, (size_t)length, event->body_sha256);
}

void client_add_event(struct fetched_payment *payment, const struct payment_event *common, enum payment_event_kind kind,
                      const char *state, int64_t amount_minor)
{
    struct payment_event *event = &payment->events[payment->events_count++];
    char suffix[64] = "";
    *event = *common;
    event->kind = kind;
    event->amount_minor = amount_minor;
    if (kind == PAYMENT_EVENT_REFUNDED || kind == PAYMENT_EVENT_CHARGED_BACK)
        snprintf(suffix, sizeof(suffix), ":%" PRId64, amount_minor);
    int room = (int)(sizeof(event->event_id) - strlen(state) - strlen(suffix) - 2);
    snprintf(event->event_id, sizeof(event->event_id), "%.*s:%s%s", room, common->payment_id, state, suffix);
    if (kind == PAYMENT_EVENT_REFUNDED) {
        event->refund_is_total = true;
        event->refund_is_full = amount_minor >= payment->amount_minor;
    }
    hash_event(event);
}

void fetched_payment_note_refund(struct fetched_payment *payment, int64_t amount_minor, struct payment_event *event)
{
    struct fetched_payment after = *payment;
    const struct payment_event common = payment->events[0];
    after.events_count = 0;
    after.refunded_minor += amount_minor;
    client_add_event(&after, &common, PAYMENT_EVENT_REFUNDED, "refunded", after.refunded_minor);
    payment->refunded_minor = after.refunded_minor;
    *event = after.events[0];
}
