/*
 * A small server on the http module alone, for tests over raw sockets: it echoes, answers from other threads, and
 * drains on SIGTERM. Prints "listening PORT" once it does.
 *
 *     echo_server [--threads N] [--connections N] [--request-ms N] [--idle-ms N] [--write-ms N] [--log]
 *                 [--tls CERTIFICATE KEY]                        SIGHUP reads both again, and prints "reloaded STATUS"
 */
#include <signal.h>
#include <unistd.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/base/workers.h"
#include "akkoord/http/server.h"

#define BIG_BYTES        (4 * 1024 * 1024)
#define SLOW_US          200000
#define DRAIN_MS         5000
#define SMALL_BODY_BYTES 16

static struct workers *workers;

static void answer_health(void *context, struct http_exchange *exchange)
{
    (void)context;
    http_exchange_answer_text(exchange, 200, "OK");
}

static void answer_metrics(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct buffer text;
    buffer_init(&text, 1 << 20);
    metrics_write(&text);
    char *copy = arena_copy_text(http_exchange_arena(exchange), buffer_text(&text));
    buffer_release(&text);
    http_exchange_answer_text(exchange, 200, copy);
}

static void answer_echo(void *context, struct http_exchange *exchange)
{
    (void)context;
    const struct http_request *request = http_exchange_request(exchange);
    const struct http_answer answer = {
        .status = 200,
        .content_type = "application/octet-stream",
        .body = request->body,
        .body_length = request->body_length,
    };
    http_exchange_answer(exchange, &answer);
}

/* What the server understood, for tests to compare. */
static void answer_inspect(void *context, struct http_exchange *exchange)
{
    (void)context;
    const struct http_request *request = http_exchange_request(exchange);
    const char *word = http_request_parameter(request, "word");
    const char *probe = http_request_header(request, "x-probe");
    char *text =
        arena_format(http_exchange_arena(exchange),
                     "method=%s\npath=%s\nquery=%s\nroute=%s\nword=%s\nprobe=%s\nprobes=%zu\nclient=%s\n"
                     "version=1.%d\n",
                     request->method_text, request->path, request->query, request->route, word != NULL ? word : "",
                     probe != NULL ? probe : "", http_request_header_count(request, "X-Probe"), request->client_address,
                     request->version_minor);
    http_exchange_answer_text(exchange, 200, text);
}

static void answer_big(void *context, struct http_exchange *exchange)
{
    (void)context;
    char *body = arena_alloc(http_exchange_arena(exchange), BIG_BYTES);
    memset(body, 'x', BIG_BYTES);
    const struct http_answer answer = {200, "application/octet-stream", NULL, 0, body, BIG_BYTES};
    http_exchange_answer(exchange, &answer);
}

static void work_at_once(void *thread_state, void *argument)
{
    (void)thread_state;
    answer_echo(NULL, argument);
}

static void work_slowly(void *thread_state, void *argument)
{
    (void)thread_state;
    usleep(SLOW_US);
    answer_echo(NULL, argument);
}

static void hand_to_worker(void *context, struct http_exchange *exchange)
{
    worker_task *task = context == NULL ? work_at_once : work_slowly;
    if (workers_submit(workers, task, exchange) != STATUS_OK)
        http_exchange_answer_problem(exchange, 503, "busy", NULL);
}

static void answer_error(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct error error;
    (void)error_set_field(&error, STATUS_INVALID, "range", "lines[0].quantity", "must be at least 1");
    http_exchange_answer_error(exchange, &error);
}

static char slow[] = "slow";

static const struct http_route routes[] = {
    {HTTP_GET, "/healthz", answer_health, NULL, 0},  {HTTP_GET, "/metrics", answer_metrics, NULL, 0},
    {HTTP_POST, "/echo", answer_echo, NULL, 0},      {HTTP_POST, "/small", answer_echo, NULL, SMALL_BODY_BYTES},
    {HTTP_GET, "/inspect", answer_inspect, NULL, 0}, {HTTP_GET, "/inspect/{word}", answer_inspect, NULL, 0},
    {HTTP_GET, "/big", answer_big, NULL, 0},         {HTTP_GET, "/error", answer_error, NULL, 0},
    {HTTP_GET, "/worker", hand_to_worker, NULL, 0},  {HTTP_POST, "/worker", hand_to_worker, NULL, 0},
    {HTTP_GET, "/slow", hand_to_worker, slow, 0},    {HTTP_POST, "/slow", hand_to_worker, slow, 0},
};

static void read_options(int argc, char **argv, struct http_server_options *options)
{
    log_set_level(LOG_WARNING);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--log") == 0) {
            log_set_level(LOG_INFO);
            continue;
        }
        if (strcmp(argv[i], "--tls") == 0 && i + 2 < argc) {
            options->tls_cert_file = argv[++i];
            options->tls_key_file = argv[++i];
            continue;
        }
        long value = i + 1 < argc ? strtol(argv[i + 1], NULL, 10) : 0;
        if (strcmp(argv[i], "--threads") == 0)
            options->threads = (size_t)value;
        else if (strcmp(argv[i], "--connections") == 0)
            options->connections_max = (size_t)value;
        else if (strcmp(argv[i], "--request-ms") == 0)
            options->request_deadline_ms = value;
        else if (strcmp(argv[i], "--idle-ms") == 0)
            options->idle_deadline_ms = value;
        else if (strcmp(argv[i], "--write-ms") == 0)
            options->write_deadline_ms = value;
        else
            exit(2);
        i++;
    }
}

int main(int argc, char **argv)
{
    struct http_server_options options = {
        .listen = "127.0.0.1:0",
        .threads = 2,
        .trusted_proxies = "127.0.0.1",
        .routes = routes,
        .route_count = sizeof(routes) / sizeof(routes[0]),
    };
    read_options(argc, argv, &options);

    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGHUP);
    sigprocmask(SIG_BLOCK, &ending, NULL);

    workers = workers_new(&(struct workers_options){.name = "worker", .threads = 4, .queue_max = 1024});
    struct http_server *server;
    struct error error;
    if (http_server_start(&options, &server, &error) != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", error.field, error.detail);
        return 1;
    }
    printf("listening %d\n", http_server_port(server));
    fflush(stdout);

    int signal_number;
    while (sigwait(&ending, &signal_number) == 0 && signal_number == SIGHUP) {
        printf("reloaded %s\n", status_name(http_server_reload_tls(server, &error)));
        fflush(stdout);
    }
    http_server_drain(server, DRAIN_MS);
    workers_free(workers);
    http_server_free(server);
    return 0;
}
