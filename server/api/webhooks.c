/*
 * Where a provider's webhook enters. Event loops' threads; the last step runs on the committer's.
 *
 * In order: which provider (404), is it signed (401), is it what the provider's format says (400), is there room (503);
 * then the committer has the event, or the ping that makes a job ask the provider. The answer is 200 once that is
 * durable, or 503 when it can't be said. Nothing of the body is logged.
 */
#include "akkoord/api/webhooks.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/http/exchange.h"
#include "akkoord/http/problem.h"

static struct metric webhooks_counted = {.kind = METRIC_COUNTER,
                                         .name = "akkoord_webhooks_total",
                                         .help = "Webhook requests by provider and what became of them."};

enum status webhook_receiver_add_pinged(struct webhook_receiver *receiver, const char *provider,
                                        const char *secrets_text, struct error *error)
{
    if (receiver->sources_count == WEBHOOK_PROVIDERS_MAX)
        return error_set(error, STATUS_INTERNAL, "too_many_providers", "more providers than there is room for");
    struct webhook_source *source = &receiver->sources[receiver->sources_count];
    source->provider = webhook_provider_find(provider);
    if (source->provider == NULL)
        return error_set(error, STATUS_INTERNAL, "unknown_provider", "no such provider: %s", provider);
    enum status status = STATUS_OK;
    if (secrets_text != NULL && secrets_text[0] != '\0')
        status = webhook_secrets_parse(source->provider, secrets_text, &source->secrets, error);
    if (status == STATUS_OK)
        receiver->sources_count++;
    return status;
}

enum status webhook_receiver_add(struct webhook_receiver *receiver, const char *provider, const char *secrets_text,
                                 struct error *error)
{
    if (secrets_text == NULL || secrets_text[0] == '\0')
        return STATUS_OK;
    return webhook_receiver_add_pinged(receiver, provider, secrets_text, error);
}

void webhook_receiver_release(struct webhook_receiver *receiver)
{
    for (size_t i = 0; i < receiver->sources_count; i++)
        webhook_secrets_release(&receiver->sources[i].secrets);
    receiver->sources_count = 0;
    rate_limit_free(receiver->pings);
    receiver->pings = NULL;
}

static void count_webhook(const char *provider, const char *result)
{
    char labels[METRIC_LABELS_BYTES];
    snprintf(labels, sizeof(labels), "provider=\"%s\",result=\"%s\"", provider, result);
    metric_add(&webhooks_counted, labels, 1);
}

static const struct webhook_source *find_source(const struct webhook_receiver *receiver, const char *name)
{
    for (size_t i = 0; i < receiver->sources_count; i++) {
        if (strcmp(receiver->sources[i].provider->name, name) == 0)
            return &receiver->sources[i];
    }
    return NULL;
}

/* The request as the providers' code takes it: header fields one by one, the raw body. */
static struct webhook_input make_input(const struct http_request *request, struct arena *arena)
{
    struct webhook_header *headers = ARENA_ARRAY(arena, struct webhook_header, request->header_count);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        headers[i] = (struct webhook_header){.name = header->name,
                                             .name_length = strlen(header->name),
                                             .value = header->value,
                                             .value_length = strlen(header->value)};
    }
    return (struct webhook_input){.headers = headers,
                                  .headers_count = request->header_count,
                                  .body = request->body,
                                  .body_length = request->body_length,
                                  .received_at_us = clock_now_us()};
}

/* The committer's thread: the event is durable, or nobody can say. */
static void answer_outcome(void *context, enum status status)
{
    struct http_exchange *exchange = context;
    if (status == STATUS_OK)
        http_exchange_answer_text(exchange, 200, "OK");
    else
        http_exchange_answer_problem(exchange, 503, "database_unavailable",
                                     "this event may or may not be kept: send it again");
}

/* ---- pings that nobody signed ---- */

static void receive_ping(const struct webhook_receiver *receiver, const struct payment_event *event, bool is_signed,
                         struct http_exchange *exchange)
{
    int wait_s = is_signed ? 0 : rate_limit_take(receiver->pings, event->provider, strlen(event->provider));
    if (wait_s > 0) {
        count_webhook(event->provider, "limited");
        struct http_answer answer = http_problem_retry(http_exchange_arena(exchange), 429, "too_many_requests",
                                                       "too many of these: send it again later", wait_s);
        http_exchange_answer(exchange, &answer);
        return;
    }
    count_webhook(event->provider, "ping");
    if (committer_submit_ping(receiver->committer, event, answer_outcome, exchange) != STATUS_OK)
        http_exchange_answer_problem(exchange, 503, "busy", "too much is waiting: send it again in a moment");
}

/* ---- the entrance ---- */

static void receive_webhook(void *context, struct http_exchange *exchange)
{
    const struct webhook_receiver *receiver = context;
    const struct http_request *request = http_exchange_request(exchange);
    struct arena *arena = http_exchange_arena(exchange);
    const struct webhook_source *source = find_source(receiver, http_request_parameter(request, "provider"));
    if (source == NULL) {
        http_exchange_answer_problem(exchange, 404, "not_found", "no such provider is set up here");
        return;
    }
    const char *name = source->provider->name;
    struct webhook_input input = make_input(request, arena);
    struct payment_event *event = ARENA_NEW(arena, struct payment_event);
    struct error error;
    enum webhook_verdict verdict = source->provider->read(&source->secrets, &input, arena, event, &error);
    switch (verdict) {
    case WEBHOOK_UNSIGNED:
        count_webhook(name, "unsigned");
        log_event(LOG_WARNING, "webhook.unsigned", log_text("provider", name), log_text("request", request->id_text));
        http_exchange_answer_problem(exchange, 401, "unauthenticated", error.detail);
        return;
    case WEBHOOK_MALFORMED:
        count_webhook(name, "malformed");
        log_event(LOG_WARNING, "webhook.malformed", log_text("provider", name), log_text("code", error.code),
                  log_text("field", error.field), log_text("request", request->id_text));
        http_exchange_answer_problem(exchange, 400, "malformed_json", error.detail);
        return;
    case WEBHOOK_PING:
    case WEBHOOK_PING_UNSIGNED:
        receive_ping(receiver, event, verdict == WEBHOOK_PING, exchange);
        return;
    case WEBHOOK_EVENT:
        break;
    }
    count_webhook(name, "received");
    if (committer_submit_event(receiver->committer, event, request->body, request->body_length, answer_outcome,
                               exchange) != STATUS_OK)
        http_exchange_answer_problem(exchange, 503, "busy", "too much is waiting: send it again in a moment");
}

struct http_route webhook_receiver_route(struct webhook_receiver *receiver)
{
    return (struct http_route){
        .method = HTTP_POST, .pattern = "/webhooks/{provider}", .handler = receive_webhook, .context = receiver};
}
