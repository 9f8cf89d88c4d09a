/* The list of clients, and what their answers have in common. Pure; any thread. */
#include "akkoord/webhooks/client.h"

#include <inttypes.h>

#include "akkoord/webhooks/provider.h"
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

/* `<payment>:<state>`, and what tells two of that state apart. A long payment id is cut short, the rest never. */
static void set_event_id(struct payment_event *event, const char *payment_id, const char *state, const char *rest)
{
    int room = (int)(sizeof(event->event_id) - strlen(state) - strlen(rest) - 2);
    snprintf(event->event_id, sizeof(event->event_id), "%.*s:%s%s", room, payment_id, state, rest);
}

void client_add_event(struct fetched_payment *payment, const struct payment_event *common, enum payment_event_kind kind,
                      const char *state, int64_t amount_minor)
{
    struct payment_event *event = &payment->events[payment->events_count++];
    char suffix[64] = "";
    *event = *common;
    event->kind = kind;
    event->amount_minor = amount_minor;
    if (kind == PAYMENT_EVENT_CHARGED_BACK)
        snprintf(suffix, sizeof(suffix), ":%" PRId64, amount_minor);
    set_event_id(event, common->payment_id, state, suffix);
    hash_event(event);
}

/* ---- refunds ---- */

static struct payment_event event_of_all_refunds(const struct fetched_payment *payment,
                                                 const struct payment_event *common)
{
    char suffix[64];
    struct payment_event event = *common;
    event.kind = PAYMENT_EVENT_REFUNDED;
    event.amount_minor = payment->made_minor;
    event.refund_is_total = true;
    event.refund_failed_minor = payment->made_minor - payment->refunded_minor;
    event.refund_is_full = payment->refunded_minor >= payment->amount_minor;
    snprintf(suffix, sizeof(suffix), ":%" PRId64, payment->made_minor);
    set_event_id(&event, common->payment_id, "refunded", suffix);
    hash_event(&event);
    return event;
}

static struct payment_event event_of_refund(const struct payment_event *common, const struct made_refund *refund,
                                            int64_t amount_minor)
{
    char suffix[REFUND_ID_BYTES + 1];
    struct payment_event event = *common;
    event.kind = refund->has_failed ? PAYMENT_EVENT_REFUND_FAILED : PAYMENT_EVENT_REFUNDED;
    event.amount_minor = amount_minor;
    memcpy(event.refund_id, refund->id, sizeof(event.refund_id));
    snprintf(suffix, sizeof(suffix), ":%s", refund->id);
    set_event_id(&event, common->payment_id, refund->has_failed ? "refund_failed" : "refund", suffix);
    hash_event(&event);
    return event;
}

/* What a list of refunds amounts to. */
struct refund_sums {
    int64_t made_minor;
    int64_t failed_minor;
};

static enum status add_refund(struct refund_sums *sums, const struct made_refund *refund, int64_t amount_minor,
                              const struct payment_event *common, struct fetched_payment *payment)
{
    if (refund->id[0] == '\0' || !money_add(sums->made_minor, amount_minor, &sums->made_minor) ||
        sums->made_minor > WEBHOOK_AMOUNT_MINOR_MAX)
        return STATUS_INVALID;
    if (!refund->has_failed)
        return STATUS_OK;
    sums->failed_minor += amount_minor;
    if (payment->failed_refunds++ < PROVIDER_FAILED_REFUNDS_MAX)
        payment->events[payment->events_count++] = event_of_refund(common, refund, amount_minor);
    return STATUS_OK;
}

static void drop_refunds(struct fetched_payment *payment)
{
    size_t kept = 0;
    for (size_t i = 0; i < payment->events_count; i++) {
        enum payment_event_kind kind = payment->events[i].kind;
        if (kind != PAYMENT_EVENT_REFUNDED && kind != PAYMENT_EVENT_REFUND_FAILED)
            payment->events[kept++] = payment->events[i];
    }
    payment->events_count = kept;
    payment->failed_refunds = 0;
}

enum status client_put_refunds(const json_t *refunds, client_refund_reader *read, struct payment_event *common,
                               struct fetched_payment *payment)
{
    struct refund_sums sums = {0};
    drop_refunds(payment);
    for (size_t i = 0; i < json_array_size(refunds); i++) {
        struct made_refund refund;
        int64_t amount_minor = 0;
        enum status status = read(json_array_get(refunds, i), common, &refund, &amount_minor);
        if (status == STATUS_OK)
            status = add_refund(&sums, &refund, amount_minor, common, payment);
        if (status != STATUS_OK)
            return status;
    }
    int64_t left_minor = sums.made_minor - sums.failed_minor;
    payment->made_minor = sums.made_minor > payment->total_minor ? sums.made_minor : payment->total_minor;
    payment->refunded_minor = left_minor > payment->total_minor ? left_minor : payment->total_minor;
    if (payment->made_minor > 0)
        payment->events[payment->events_count++] = event_of_all_refunds(payment, common);
    return STATUS_OK;
}

enum status client_read_refunds(struct arena *arena, const struct provider_answer *answer, const char *inside,
                                const char *key, client_refund_reader *read, struct fetched_payment *payment,
                                struct error *error)
{
    json_t *object = NULL;
    struct payment_event common = payment->events[0];
    /* A key without the right to list them: the total has to do. */
    if (answer->status == 403 || answer->status == 404)
        return STATUS_OK;
    enum status status = client_parse(arena, answer, &object, error);
    if (status != STATUS_OK)
        return status;
    const json_t *refunds = json_object_get(inside != NULL ? json_object_get(object, inside) : object, key);
    if (!json_is_array(refunds) || client_put_refunds(refunds, read, &common, payment) != STATUS_OK)
        return client_nonsense(error);
    return STATUS_OK;
}

void fetched_payment_note_refund(struct fetched_payment *payment, int64_t amount_minor, struct payment_event *event)
{
    payment->refunded_minor += amount_minor;
    payment->made_minor += amount_minor;
    *event = event_of_all_refunds(payment, &payment->events[0]);
}

void fetched_payment_name_refund(const struct fetched_payment *payment, const struct made_refund *refund,
                                 int64_t amount_minor, struct payment_event *event)
{
    *event = event_of_refund(&payment->events[0], refund, amount_minor);
}

const char *client_refund_key(struct arena *arena, const struct refund_terms *terms)
{
    char id[UUID_TEXT_BYTES];
    uuid_format(&terms->payment_id, id);
    if (terms->failed_refunds == 0)
        return arena_format(arena, "%s:%" PRId64, id, terms->amount_minor);
    return arena_format(arena, "%s:%" PRId64 ":failed-%" PRId64, id, terms->amount_minor, terms->failed_refunds);
}

enum status client_read_refund(struct arena *arena, const struct refund_terms *terms,
                               const struct provider_answer *answer, client_refund_reader *read,
                               struct made_refund *refund, struct error *error)
{
    json_t *object = NULL;
    struct payment_event common = {.kind = PAYMENT_EVENT_OTHER};
    struct made_refund told;
    int64_t amount_minor = 0;
    *refund = (struct made_refund){.has_failed = false};
    enum status status = client_parse(arena, answer, &object, error);
    if (status != STATUS_OK)
        return status;
    if (read(object, &common, &told, &amount_minor) != STATUS_OK || amount_minor != terms->amount_minor)
        return client_nonsense(error);
    *refund = told;
    if (refund->has_failed)
        return error_set(error, STATUS_UNAVAILABLE, "refund_failed", "the payment provider did not make the refund");
    return STATUS_OK;
}
