/*
 * A request between the connection that read it and the handler that answers it.
 *
 * Made, routed, recorded and freed on the loop's thread; answered from any. Invariant: from exchange_handle() until
 * http_exchange_answer() it belongs to its handler, which may be on another thread; before and after to the loop.
 */
#include <assert.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/metrics.h"
#include "akkoord/http/problem.h"
#include "loop.h"

static struct metric requests_total = {
    .kind = METRIC_COUNTER,
    .name = "akkoord_http_requests_total",
    .help = "Requests answered, by class of status",
};

static const int64_t duration_bounds_us[] = {500,    1000,   2500,    5000,    10000,   25000,    50000,
                                             100000, 250000, 1000000, 2500000, 5000000, 10000000, INT64_MAX};

static struct metric request_seconds = {
    .kind = METRIC_HISTOGRAM,
    .name = "akkoord_http_request_seconds",
    .help = "From a request's first byte to its answer",
    .bounds = duration_bounds_us,
    .divisor = 1000000,
};

struct http_exchange *exchange_new(struct connection *connection, int64_t started_us)
{
    struct arena *arena = arena_new();
    struct http_exchange *exchange = ARENA_NEW(arena, struct http_exchange);
    exchange->message.kind = LOOP_MESSAGE_ANSWERED;
    exchange->connection = connection;
    exchange->arena = arena;
    struct http_request *request = &exchange->request;
    request->id = uuid_new();
    uuid_format(&request->id, request->id_text);
    request->method_text = "";
    request->path = "";
    request->query = "";
    request->route = "";
    request->body = "";
    request->started_us = started_us;
    snprintf(request->client_address, sizeof(request->client_address), "%s", connection->peer_address);
    return exchange;
}

void exchange_free(struct http_exchange *exchange)
{
    /* The exchange lies in its own arena. */
    arena_free(exchange->arena);
}

const struct http_request *http_exchange_request(const struct http_exchange *exchange)
{
    return &exchange->request;
}

struct arena *http_exchange_arena(struct http_exchange *exchange)
{
    return exchange->arena;
}

static void take_parameters(struct http_exchange *exchange, const struct http_match *match)
{
    struct http_request *request = &exchange->request;
    request->parameter_count = match->parameter_count;
    for (size_t i = 0; i < match->parameter_count; i++) {
        const struct http_match_parameter *found = &match->parameters[i];
        char *name = arena_copy_bytes(exchange->arena, found->name, found->name_length);
        char *value = arena_copy_bytes(exchange->arena, found->value, found->value_length);
        request->parameters[i] = (struct http_parameter){name, value};
    }
}

/* The router's own answers wait in exchange->answer until the body, if any, has been read past. */
void exchange_route(struct http_exchange *exchange)
{
    struct http_request *request = &exchange->request;
    const struct http_server_options *options = &exchange->connection->loop->server->options;
    struct http_match match;
    enum http_match_result result =
        http_route_match(options->routes, options->route_count, request->method, request->path, &match);
    if (result == HTTP_MATCH_FOUND) {
        exchange->route = match.route;
        request->route = match.route->pattern;
        take_parameters(exchange, &match);
        return;
    }
    struct http_header *allow = ARENA_NEW(exchange->arena, struct http_header);
    bool all = request->method == HTTP_OPTIONS && strcmp(request->path, "*") == 0;
    const char *methods = all ? "GET, HEAD, POST, PATCH, DELETE, OPTIONS" : match.allow;
    *allow = (struct http_header){"Allow", arena_copy_text(exchange->arena, methods)};
    if (result == HTTP_MATCH_NO_PATH && !all) {
        exchange->answer = http_problem(exchange->arena, 404, "not_found", "there is nothing at this path");
        return;
    }
    if (request->method == HTTP_OPTIONS)
        exchange->answer = (struct http_answer){.status = 204};
    else
        exchange->answer = http_problem(exchange->arena, 405, "method_not_allowed", "Allow lists what can be done");
    exchange->answer.headers = allow;
    exchange->answer.header_count = 1;
}

void exchange_handle(struct http_exchange *exchange)
{
    if (exchange->route != NULL) {
        exchange->route->handler(exchange->route->context, exchange);
        return;
    }
    const struct http_answer answer = exchange->answer;
    http_exchange_answer(exchange, &answer);
}

void http_exchange_answer(struct http_exchange *exchange, const struct http_answer *answer)
{
    bool answered_before = atomic_exchange(&exchange->answered, true);
    assert(!answered_before);
    (void)answered_before;
    exchange->answer = *answer;
    struct loop *loop = exchange->connection->loop;
    if (loop_current() == loop) {
        connection_deliver(exchange);
        return;
    }
    /* There is room: a connection has one exchange, and the mailbox a place for each connection. */
    enum status status = mailbox_post(loop->mailbox, &exchange->message);
    assert(status == STATUS_OK);
    (void)status;
}

void http_exchange_answer_text(struct http_exchange *exchange, int status, const char *text)
{
    const struct http_answer answer = {
        .status = status,
        .content_type = "text/plain; charset=utf-8",
        .body = text,
        .body_length = strlen(text),
    };
    http_exchange_answer(exchange, &answer);
}

void http_exchange_answer_json(struct http_exchange *exchange, int status, const char *json, size_t length)
{
    const struct http_answer answer = {
        .status = status,
        .content_type = "application/json",
        .body = json,
        .body_length = length,
    };
    http_exchange_answer(exchange, &answer);
}

void http_exchange_answer_problem(struct http_exchange *exchange, int status, const char *code, const char *detail)
{
    const struct http_answer answer = http_problem(exchange->arena, status, code, detail);
    http_exchange_answer(exchange, &answer);
}

void http_exchange_answer_error(struct http_exchange *exchange, const struct error *error)
{
    if (error->status == STATUS_INTERNAL)
        log_event(LOG_ERROR, "http.internal_error", log_text("code", error->code), log_text("detail", error->detail),
                  log_text("request", exchange->request.id_text));
    const struct http_answer answer = http_problem_from_error(exchange->arena, error);
    http_exchange_answer(exchange, &answer);
}

static const char *status_class_labels(int status)
{
    static const char *const labels[] = {"status=\"1xx\"", "status=\"2xx\"", "status=\"3xx\"", "status=\"4xx\"",
                                         "status=\"5xx\""};
    int class = status / 100;
    return class >= 1 && class <= 5 ? labels[class - 1] : "status=\"other\"";
}

void exchange_record(const struct http_exchange *exchange)
{
    const struct http_request *request = &exchange->request;
    int64_t elapsed_us = clock_monotonic_us() - request->started_us;
    metric_add(&requests_total, status_class_labels(exchange->answer.status), 1);
    metric_observe(&request_seconds, "", elapsed_us);
    /* The route's pattern, never the path: ids stay out of the log, and so does whatever a stranger types. */
    log_event(LOG_INFO, "http.request", log_text("method", http_method_name(request->method)),
              log_text("route", request->route[0] != '\0' ? request->route : "-"),
              log_int("status", exchange->answer.status), log_int("us", elapsed_us),
              log_text("request", request->id_text));
}
