/*
 * The sandbox's page and its actions. Worker threads. An action is a few jobs in one transaction; everything after that
 * is what any provider's webhook would do.
 */
#include "akkoord/api/sandbox.h"

#include "akkoord/base/clock.h"
#include "akkoord/store/jobs.h"
#include "akkoord/store/sandbox.h"

#define WEBHOOKS_MAX   2
#define DELIVERIES_MAX 2

struct action {
    const char *name;
    const char *label;
    const char *type;
    size_t webhooks; /* the second is of another payment */
    size_t deliveries;
};

static const struct action actions[] = {
    {"approve", "Approve", "payment.paid", 1, 2},
    {"decline", "Decline", "payment.failed", 1, 1},
    {"expire", "Let it expire", "payment.expired", 1, 1},
    {"refund", "Refund", "payment.refunded", 1, 2},
    {"charge_back", "Charge back", "payment.charged_back", 1, 1},
    {"approve_twice", "Pay twice", "payment.paid", 2, 1},
};
#define ACTIONS_COUNT (sizeof(actions) / sizeof(actions[0]))

static const struct action *find_action(const char *name)
{
    for (size_t i = 0; i < ACTIONS_COUNT; i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

static enum status find_payment(struct api_call *call, struct sandbox_payment *payment, struct error *error)
{
    const char *id = http_request_parameter(call->request, "payment");
    /* An id of ours, which may stand in HTML and JSON as it is. */
    if (id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return api_not_found(error);
    return store_sandbox_payment_find(call->store, call->arena, id, payment, error);
}

/* ---- actions ---- */

/* ?amount= for a refund: from 1 to what was paid. */
static enum status read_amount(struct api_call *call, const struct action *action, struct money *amount,
                               struct error *error)
{
    const char *text;
    enum status status = http_request_query(call->request, call->arena, "amount", &text, error);
    if (status != STATUS_OK || text == NULL || strcmp(action->name, "refund") != 0)
        return status;
    char *end;
    long long number = strtoll(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < 1 || number > amount->amount_minor)
        return error_set_field(error, STATUS_INVALID, "range", "amount", "a refund is at most what was paid");
    amount->amount_minor = number;
    return STATUS_OK;
}

static const char *write_body(struct api_call *call, const struct action *action, const struct sandbox_payment *payment,
                              const char *payment_id)
{
    json_t *data = json_new_object(call->arena);
    json_set_text(data, "payment", payment_id);
    json_set_uuid(data, "order", &payment->order_id);
    json_set_integer(data, "amount", payment->amount.amount_minor);
    json_set_text(data, "currency", payment->amount.currency);
    json_t *body = json_new_object(call->arena);
    json_set_text(body, "type", action->type);
    json_set_time(body, "timestamp", clock_now_us());
    json_set_value(body, "data", data);
    size_t length;
    return json_write(call->arena, body, &length);
}

/* One event: its deliveries among the payloads, itself in the answer. */
static void add_webhook(struct api_call *call, const struct action *action, const struct sandbox_payment *payment,
                        const char *payment_id, const char **payloads, json_t *listed)
{
    struct uuid id = uuid_new();
    char text[UUID_TEXT_BYTES];
    const struct sandbox_webhook webhook = {
        .event_id = arena_format(call->arena, "evt_%s", uuid_format(&id, text)),
        .body = write_body(call, action, payment, payment_id),
    };
    for (size_t i = 0; i < action->deliveries; i++)
        payloads[i] = job_write_sandbox_webhook(call->arena, &webhook);
    json_t *item = json_new_object(call->arena);
    json_set_text(item, "id", webhook.event_id);
    json_set_text(item, "type", action->type);
    json_set_integer(item, "deliveries", (int64_t)action->deliveries);
    json_append_value(listed, item);
}

enum status api_sandbox_act(struct api_call *call, struct http_answer *answer, struct error *error)
{
    const struct action *action = find_action(http_request_parameter(call->request, "action"));
    if (action == NULL)
        return api_not_found(error);
    struct sandbox_payment payment;
    enum status status = find_payment(call, &payment, error);
    if (status == STATUS_OK)
        status = read_amount(call, action, &payment.amount, error);
    if (status != STATUS_OK)
        return status;
    const char *payloads[WEBHOOKS_MAX * DELIVERIES_MAX];
    json_t *listed = json_new_array(call->arena);
    for (size_t i = 0; i < action->webhooks; i++) {
        const char *id = i == 0 ? payment.payment_id : arena_format(call->arena, "%s_again", payment.payment_id);
        add_webhook(call, action, &payment, id, payloads + i * action->deliveries, listed);
    }
    status = store_jobs_add(call->store, call->arena, JOB_SANDBOX_WEBHOOK, payloads,
                            action->webhooks * action->deliveries, error);
    if (status != STATUS_OK)
        return status;
    if (call->options->wake_jobs != NULL)
        call->options->wake_jobs(call->options->jobs);
    json_t *value = json_new_object(call->arena);
    json_set_text(value, "payment", payment.payment_id);
    json_set_text(value, "action", action->name);
    json_set_value(value, "webhooks", listed);
    api_answer_json(call, answer, 202, value);
    return STATUS_OK;
}

/* ---- the page ---- */

static const char page_policy[] = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

enum status api_sandbox_page(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct sandbox_payment payment;
    enum status status = find_payment(call, &payment, error);
    if (status != STATUS_OK)
        return status;
    char amount[MONEY_TEXT_BYTES];
    money_format_decimal(&payment.amount, amount);
    const char *page = arena_format(
        call->arena,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Sandbox payment</title>\n"
        "</head>\n<body>\n<h1>Sandbox payment</h1>\n<p>Order %s: %s %s. No money moves here.</p>\n"
        "<p>The payment is %s.</p>\n",
        payment.order_number, payment.amount.currency, amount, payment_status_name(payment.status));
    for (size_t i = 0; i < ACTIONS_COUNT; i++)
        page = arena_format(call->arena,
                            "%s<form method=\"post\" action=\"/sandbox/payments/%s/%s\"><button>%s</button></form>\n",
                            page, payment.payment_id, actions[i].name, actions[i].label);
    page = arena_format(call->arena, "%s</body>\n</html>\n", page);
    *answer = (struct http_answer){
        .status = 200, .content_type = "text/html; charset=utf-8", .body = page, .body_length = strlen(page)};
    api_answer_add_header(call, answer, "Content-Security-Policy", page_policy);
    api_answer_add_header(call, answer, "Referrer-Policy", "no-referrer");
    return STATUS_OK;
}
