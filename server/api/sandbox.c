/*
 * The sandbox's page and its actions. Worker threads. An action is a few jobs in one transaction; everything after that
 * is what any provider's webhook would do. A form waits until its webhooks have arrived, so that the page it leads back
 * to shows what came of them; the wait is bounded.
 */
#include "akkoord/api/sandbox.h"

#include <strings.h>
#include <unistd.h>

#include "akkoord/api/html.h"
#include "akkoord/api/page.h"
#include "akkoord/api/sandbox_page.h"
#include "akkoord/api/services.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/jobs.h"
#include "akkoord/store/sandbox.h"

#define WEBHOOKS_MAX   2
#define DELIVERIES_MAX 2

#define ARRIVAL_WAIT_US (3 * CLOCK_US_PER_SECOND)
#define ARRIVAL_LOOK_US 20000

/* What an action sends. */
struct script {
    const char *type;
    size_t webhooks; /* the second is of another payment */
    size_t deliveries;
};

static const struct script scripts[SANDBOX_ACTIONS] = {
    [SANDBOX_APPROVE] = {"payment.paid", 1, 2},       [SANDBOX_DECLINE] = {"payment.failed", 1, 1},
    [SANDBOX_EXPIRE] = {"payment.expired", 1, 1},     [SANDBOX_REFUND] = {"payment.refunded", 1, 2},
    [SANDBOX_APPROVE_TWICE] = {"payment.paid", 2, 1}, [SANDBOX_CHARGE_BACK] = {"payment.charged_back", 1, 1},
};

/* What was sent. */
struct sending {
    const char *event_ids[WEBHOOKS_MAX];
    json_t *listed;
};

static enum status find_payment(struct api_call *call, struct sandbox_payment *payment, struct error *error)
{
    const char *id = http_request_parameter(call->request, "payment");
    /* An id of ours, which may stand in HTML, JSON and paths as it is. */
    if (id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return api_not_found(error);
    return store_sandbox_payment_find(call->store, call->arena, id, payment, error);
}

/* ---- who asks ---- */

static bool is_form(const struct http_request *request)
{
    static const char type[] = "application/x-www-form-urlencoded";
    const char *sent = http_request_header(request, "Content-Type");
    return sent != NULL && strncasecmp(sent, type, sizeof(type) - 1) == 0 && html_is_wanted(request);
}

/* A browser says where a request came from: by Fetch Metadata (W3C), else by Origin (RFC 6454). A program says neither,
 * and may. */
static enum status refuse_other_sites(const struct api_call *call, struct error *error)
{
    const struct http_request *request = call->request;
    const char *site = http_request_header(request, "Sec-Fetch-Site");
    const char *origin = http_request_header(request, "Origin");
    const char *host = http_request_header(request, "Host");
    bool own = true;
    if (http_request_header_count(request, "Sec-Fetch-Site") > 0) {
        own = site != NULL && (strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0);
    } else if (http_request_header_count(request, "Origin") > 0) {
        const char *authority = origin != NULL ? strstr(origin, "://") : NULL;
        own = authority != NULL && host != NULL && strcasecmp(authority + 3, host) == 0;
    }
    return own ? STATUS_OK : error_set(error, STATUS_FORBIDDEN, "forbidden", "another site may not ask this");
}

/* ---- actions ---- */

/* ?amount= for a refund: from 1 to what was paid. For other actions it means nothing, but has to be an amount. */
static enum status read_amount(struct api_call *call, enum sandbox_action action, struct money *amount,
                               struct error *error)
{
    const char *text;
    enum status status = http_request_query(call->request, call->arena, "amount", &text, error);
    if (status != STATUS_OK || text == NULL)
        return status;
    char *end;
    long long number = strtoll(text, &end, 10);
    bool is_refund = action == SANDBOX_REFUND;
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < 1 || (is_refund && number > amount->amount_minor))
        return error_set_field(error, STATUS_INVALID, "range", "amount", "a refund is at most what was paid");
    if (is_refund)
        amount->amount_minor = number;
    return STATUS_OK;
}

/* The form's field, as a person writes an amount. */
static enum status read_form_amount(struct api_call *call, struct money *amount, struct error *error)
{
    const char *text;
    enum status status = http_request_form(call->request, call->arena, "decimal_amount", &text, error);
    if (status != STATUS_OK || text == NULL)
        return status;
    text += strspn(text, " ");
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    char *decimal = arena_copy_bytes(call->arena, text, length);
    char *comma = strchr(decimal, ',');
    if (comma != NULL)
        *comma = '.';
    int64_t number = 0;
    if (*rest != '\0' || money_parse_decimal(decimal, length, amount->currency, &number) != STATUS_OK || number < 1 ||
        number > amount->amount_minor)
        return error_set_field(error, STATUS_INVALID, "range", "decimal_amount", "a refund is at most what was paid");
    amount->amount_minor = number;
    return STATUS_OK;
}

static const char *write_body(struct api_call *call, const struct script *script, const struct sandbox_payment *payment,
                              const char *payment_id)
{
    json_t *data = json_new_object(call->arena);
    json_set_text(data, "payment", payment_id);
    json_set_uuid(data, "order", &payment->order_id);
    json_set_integer(data, "amount", payment->amount.amount_minor);
    json_set_text(data, "currency", payment->amount.currency);
    json_t *body = json_new_object(call->arena);
    json_set_text(body, "type", script->type);
    json_set_time(body, "timestamp", clock_now_us());
    json_set_value(body, "data", data);
    size_t length;
    return json_write(call->arena, body, &length);
}

/* One event: its deliveries among the payloads, itself in the answer. */
static const char *add_webhook(struct api_call *call, const struct script *script,
                               const struct sandbox_payment *payment, const char *payment_id, const char **payloads,
                               json_t *listed)
{
    struct uuid id = uuid_new();
    char text[UUID_TEXT_BYTES];
    const struct sandbox_webhook webhook = {
        .event_id = arena_format(call->arena, "evt_%s", uuid_format(&id, text)),
        .body = write_body(call, script, payment, payment_id),
    };
    for (size_t i = 0; i < script->deliveries; i++)
        payloads[i] = job_write_sandbox_webhook(call->arena, &webhook);
    json_t *item = json_new_object(call->arena);
    json_set_text(item, "id", webhook.event_id);
    json_set_text(item, "type", script->type);
    json_set_integer(item, "deliveries", (int64_t)script->deliveries);
    json_append_value(listed, item);
    return webhook.event_id;
}

static enum status send_webhooks(struct api_call *call, const struct script *script,
                                 const struct sandbox_payment *payment, struct sending *sending, struct error *error)
{
    const char *payloads[WEBHOOKS_MAX * DELIVERIES_MAX];
    sending->listed = json_new_array(call->arena);
    for (size_t i = 0; i < script->webhooks; i++) {
        const char *id = i == 0 ? payment->payment_id : arena_format(call->arena, "%s_again", payment->payment_id);
        sending->event_ids[i] =
            add_webhook(call, script, payment, id, payloads + i * script->deliveries, sending->listed);
    }
    enum status status = store_jobs_add(call->store, call->arena, JOB_SANDBOX_WEBHOOK, payloads,
                                        script->webhooks * script->deliveries, error);
    if (status == STATUS_OK && call->options->wake_jobs != NULL)
        call->options->wake_jobs(call->options->jobs);
    return status;
}

static enum status wait_for_arrival(struct api_call *call, const struct script *script, const struct sending *sending,
                                    bool *arrived, struct error *error)
{
    int64_t until_us = clock_monotonic_us() + ARRIVAL_WAIT_US;
    for (;;) {
        size_t count = 0;
        enum status status =
            store_sandbox_count_arrived(call->store, call->arena, sending->event_ids, script->webhooks, &count, error);
        *arrived = count == script->webhooks;
        if (status != STATUS_OK || *arrived || clock_monotonic_us() >= until_us)
            return status;
        (void)usleep(ARRIVAL_LOOK_US);
    }
}

/* ---- answers ---- */

static void answer_sent(struct api_call *call, const struct sandbox_payment *payment, enum sandbox_action action,
                        const struct sending *sending, struct http_answer *answer)
{
    json_t *value = json_new_object(call->arena);
    json_set_text(value, "payment", payment->payment_id);
    json_set_text(value, "action", sandbox_action_name(action));
    json_set_value(value, "webhooks", sending->listed);
    api_answer_json(call, answer, 202, value);
}

/* Back to the page. A relative reference (RFC 9110 section 10.2.2): right behind any proxy. */
static void answer_back(struct api_call *call, const struct sandbox_payment *payment, const char *key,
                        const char *value, struct http_answer *answer)
{
    *answer = (struct http_answer){.status = 303};
    api_answer_add_header(call, answer, "Location",
                          arena_format(call->arena, "../%s?%s=%s", payment->payment_id, key, value));
}

static enum status act_by_form(struct api_call *call, enum sandbox_action action, struct sandbox_payment *payment,
                               struct http_answer *answer, struct error *error)
{
    struct sending sending;
    bool arrived = false;
    if (action == SANDBOX_REFUND && read_form_amount(call, &payment->amount, error) != STATUS_OK) {
        answer_back(call, payment, "refused", "amount", answer);
        return STATUS_OK;
    }
    enum status status = send_webhooks(call, &scripts[action], payment, &sending, error);
    if (status == STATUS_OK)
        status = wait_for_arrival(call, &scripts[action], &sending, &arrived, error);
    if (status == STATUS_OK)
        answer_back(call, payment, arrived ? "done" : "sent", sandbox_action_name(action), answer);
    return status;
}

static enum status act_by_call(struct api_call *call, enum sandbox_action action, struct sandbox_payment *payment,
                               struct http_answer *answer, struct error *error)
{
    struct sending sending;
    enum status status = read_amount(call, action, &payment->amount, error);
    if (status == STATUS_OK)
        status = send_webhooks(call, &scripts[action], payment, &sending, error);
    if (status == STATUS_OK)
        answer_sent(call, payment, action, &sending, answer);
    return status;
}

enum status api_sandbox_act(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct sandbox_payment payment = {0};
    enum sandbox_action action;
    enum status status = refuse_other_sites(call, error);
    if (status != STATUS_OK)
        return status;
    if (sandbox_action_parse(http_request_parameter(call->request, "action"), &action) != STATUS_OK)
        return api_not_found(error);
    status = find_payment(call, &payment, error);
    if (status != STATUS_OK)
        return status;
    return is_form(call->request) ? act_by_form(call, action, &payment, answer, error)
                                  : act_by_call(call, action, &payment, answer, error);
}

/* ---- the page ---- */

/* What an older form led to; a query that says something else is no reason to show no page. */
static void read_result(struct api_call *call, struct sandbox_page *page)
{
    static const struct {
        const char *key;
        enum sandbox_result result;
    } keys[] = {{"done", SANDBOX_DONE}, {"sent", SANDBOX_SENT}};
    const char *text;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (http_request_query(call->request, call->arena, keys[i].key, &text, NULL) == STATUS_OK && text != NULL &&
            sandbox_action_parse(text, &page->action) == STATUS_OK)
            page->result = keys[i].result;
    if (http_request_query(call->request, call->arena, "refused", &text, NULL) == STATUS_OK && text != NULL &&
        strcmp(text, "amount") == 0)
        page->result = SANDBOX_AMOUNT_REFUSED;
}

#define VARY "Accept, Accept-Language"

enum status api_sandbox_page(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct sandbox_payment payment;
    enum language language = api_preferred_language(http_request_header(call->request, "Accept-Language"));
    size_t length = 0;
    enum status status = find_payment(call, &payment, error);
    if (status == STATUS_NOT_FOUND && html_is_wanted(call->request)) {
        const char *missing = sandbox_page_write_missing(call->arena, language, &length);
        page_answer(call, 404, missing, length, VARY, answer);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    struct sandbox_page page = {.payment = &payment, .seller = call->options->seller->name, .language = language};
    read_result(call, &page);
    const char *html = sandbox_page_write(call->arena, &page, &length);
    page_answer(call, 200, html, length, VARY, answer);
    return STATUS_OK;
}
