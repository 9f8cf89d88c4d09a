/*
 * Health, readiness and metrics. Event loops' threads; keeps no state but what struct operations holds, and asks
 * nobody: readiness is what the committer last saw of the database.
 */
#include "akkoord/api/operations.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/metrics.h"
#include "akkoord/http/exchange.h"

static struct metric resident_bytes = {
    .kind = METRIC_GAUGE, .name = "process_resident_memory_bytes", .help = "Memory of the server that is in use."};
static struct metric uptime = {.kind = METRIC_GAUGE,
                               .name = "akkoord_uptime_seconds",
                               .help = "Since the server was started.",
                               .divisor = 1000000};
static struct metric ready = {
    .kind = METRIC_GAUGE, .name = "akkoord_ready", .help = "1 when /readyz answers 200, else 0."};

bool operations_is_ready(const struct operations *operations)
{
    return !atomic_load(&operations->draining) && committer_is_healthy(operations->committer);
}

static void answer_health(void *context, struct http_exchange *exchange)
{
    (void)context;
    http_exchange_answer_text(exchange, 200, "OK");
}

static void answer_readiness(void *context, struct http_exchange *exchange)
{
    const struct operations *operations = context;
    if (operations_is_ready(operations))
        http_exchange_answer_text(exchange, 200, "OK");
    else if (atomic_load(&operations->draining))
        http_exchange_answer_problem(exchange, 503, "draining", "the server is ending");
    else
        http_exchange_answer_problem(exchange, 503, "database_unavailable", "the database does not answer");
}

/* The second number of /proc/self/statm, in pages (proc(5)); 0 when it can't be read. */
static int64_t resident_pages(void)
{
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t length = read(file, text, sizeof(text) - 1);
    (void)close(file);
    text[length > 0 ? length : 0] = '\0';
    const char *second = strchr(text, ' ');
    return second != NULL ? strtoll(second, NULL, 10) : 0;
}

static void answer_metrics(void *context, struct http_exchange *exchange)
{
    const struct operations *operations = context;
    struct arena *arena = http_exchange_arena(exchange);
    if (operations->refresh_metrics != NULL)
        operations->refresh_metrics(operations->context);
    metric_set(&resident_bytes, "", resident_pages() * sysconf(_SC_PAGESIZE));
    metric_set(&uptime, "", clock_monotonic_us() - operations->started_us);
    metric_set(&ready, "", operations_is_ready(operations));
    struct buffer text;
    buffer_init(&text, OPERATIONS_METRICS_BYTES);
    metrics_write(&text);
    const struct http_answer answer = {
        .status = 200,
        .content_type = "text/plain; version=0.0.4; charset=utf-8",
        .body = arena_copy_bytes(arena, buffer_text(&text), text.length),
        .body_length = text.length,
    };
    buffer_release(&text);
    http_exchange_answer(exchange, &answer);
}

void operations_routes(struct operations *operations, struct http_route routes[OPERATIONS_ROUTES])
{
    routes[0] =
        (struct http_route){.method = HTTP_GET, .pattern = "/healthz", .handler = answer_health, .context = operations};
    routes[1] = (struct http_route){
        .method = HTTP_GET, .pattern = "/readyz", .handler = answer_readiness, .context = operations};
    routes[2] = (struct http_route){
        .method = HTTP_GET, .pattern = "/metrics", .handler = answer_metrics, .context = operations};
}
