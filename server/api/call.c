/*
 * The frame around every handler: the lanes of worker threads, who calls, what is asked of providers, and the one
 * answer. Exchanges come in on the event loops (submit), providers' answers on the client's (take_answer), and
 * everything else runs on the workers. Between requests it holds no state but how much is asked of each provider.
 */
#include "akkoord/api/call.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <strings.h>

#include "akkoord/api/cookie.h"
#include "akkoord/api/openapi.h"
#include "akkoord/api/rate_limits.h"
#include "akkoord/api/sandbox.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/metrics.h"
#include "akkoord/base/workers.h"

static struct metric waiting_requests = {
    .kind = METRIC_GAUGE, .name = "akkoord_api_waiting", .help = "Requests that wait for a thread, by lane."};
static struct metric open_questions = {.kind = METRIC_GAUGE,
                                       .name = "akkoord_api_provider_calls",
                                       .help = "Requests that wait for a payment provider, by provider."};

/* What an http route points to. */
struct bound_route {
    struct api *api;
    const struct api_route *route;
};

struct api {
    struct api_options options;
    struct rate_limits *limits; /* NULL: none */
    struct workers *lanes[API_LANES];
    atomic_size_t questions[PROVIDER_ACCOUNTS_MAX]; /* under way, as options.accounts */
    struct bound_route *bound;
    struct http_route *routes;
    size_t routes_count;
};

/* A thread's two ways to the data: a customer's calls see that customer's rows and no others, whatever a statement asks
 * for; all else sees all. */
struct api_stores {
    struct store *all;
    struct store *own;
};

/* A request on its way to a lane or a provider; lives in the exchange's arena. */
struct task {
    struct api *api;
    struct http_exchange *exchange;
    struct api_call call;
};

/* ---- who calls ---- */

static enum api_caller caller_of_role(enum staff_role role)
{
    switch (role) {
    case STAFF_REVIEWER:
        return API_REVIEWER;
    case STAFF_MANAGER:
        return API_MANAGER;
    case STAFF_AUDITOR:
        break;
    }
    return API_AUDITOR;
}

const char *api_call_token(const struct api_call *call, size_t *length)
{
    static const char scheme[] = "bearer ";
    const char *value = http_request_header(call->request, "Authorization");
    if (http_request_header_count(call->request, "Authorization") == 0)
        return cookie_token(call->request, length);
    if (value == NULL || strncasecmp(value, scheme, sizeof(scheme) - 1) != 0)
        return NULL;
    value += sizeof(scheme) - 1;
    value += strspn(value, " ");
    *length = strlen(value);
    return value;
}

/* A browser sends a cookie along with whatever any page makes it send. */
static enum status check_origin(const struct api_call *call, struct error *error)
{
    bool by_cookie = http_request_header_count(call->request, "Authorization") == 0;
    bool changes = call->request->method != HTTP_GET && call->request->method != HTTP_HEAD;
    return by_cookie && changes ? cookie_check_origin(call->request, call->options->public_url, error) : STATUS_OK;
}

static enum status identify(struct api_call *call, struct error *error)
{
    size_t length = 0;
    const char *token = api_call_token(call, &length);
    if (token == NULL)
        return error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "this call needs a bearer token");
    struct session session;
    enum status status = check_origin(call, error);
    if (status == STATUS_OK)
        status = store_session_find(call->store, call->arena, token, length, &session, error);
    if (status != STATUS_OK)
        return status;
    if (!uuid_is_nil(&session.staff_id)) {
        call->caller = caller_of_role(session.role);
        call->staff_id = session.staff_id;
        call->role = session.role;
    } else {
        call->caller = API_CUSTOMER;
        call->customer_id = session.customer_id;
        call->language = session.language;
    }
    return STATUS_OK;
}

/* Everything that may stop a call before its handler runs. */
static enum status admit(struct api_call *call, struct error *error)
{
    if (call->route->callers == API_ANYBODY)
        return STATUS_OK;
    enum status status = identify(call, error);
    if (status == STATUS_OK && (call->route->callers & call->caller) == 0)
        status = error_set(error, STATUS_FORBIDDEN, "forbidden", "whoever this token belongs to may not do this");
    return status;
}

/* ---- the frame ---- */

static struct http_answer problem_of(struct api_call *call, const struct error *error)
{
    if (error->status == STATUS_INTERNAL)
        log_event(LOG_ERROR, "api.failed", log_text("request", call->request->id_text),
                  log_text("route", call->route->pattern), log_text("code", error->code),
                  log_text("detail", error->detail));
    if (strcmp(error->code, "database_unavailable") == 0) {
        /* Which database, and how it refused, is nobody's business out there. */
        struct error told;
        (void)error_set(&told, error->status, error->code, "the database does not answer: try again");
        return http_problem_from_error(call->arena, &told);
    }
    if (error->status == STATUS_INVALID && call->faults_count > 0)
        return http_problem_validation(call->arena, call->faults, call->faults_count);
    return http_problem_from_error(call->arena, error);
}

/* A server that ended this thread's sessions while they lay idle (a restart, say) has said so on their sockets: new
 * sessions now spare the caller a 503 later. Nothing else comes unasked. A descriptor of -1 is passed over. */
static void drop_ended_sessions(const struct api_stores *stores)
{
    struct pg_connection *const connections[] = {stores->all->pg, stores->own->pg};
    struct pollfd readable[] = {{.fd = pg_descriptor(connections[0]), .events = POLLIN},
                                {.fd = pg_descriptor(connections[1]), .events = POLLIN}};
    if (poll(readable, 2, 0) <= 0)
        return;
    for (size_t i = 0; i < 2; i++) {
        if (readable[i].revents != 0)
            pg_disconnect(connections[i]);
    }
}

static void ask(struct task *task);

static void choose_store(struct api_call *call)
{
    bool is_customer = call->caller == API_CUSTOMER;
    store_set_customer(call->stores->own, is_customer ? &call->customer_id : NULL);
    call->store = is_customer ? call->stores->own : call->stores->all;
}

static enum status begin(struct api_call *call, struct http_answer *answer, struct error *error)
{
    enum status status = admit(call, error);
    choose_store(call);
    return status == STATUS_OK ? call->route->function(call, answer, error) : status;
}

/* The handler, or the function that goes on with a provider's answer; then the answer, or the question. */
static void run(void *stores, void *argument)
{
    struct task *task = argument;
    struct api_call *call = &task->call;
    struct http_answer answer = {.status = 0};
    struct error error = {.status = STATUS_INTERNAL};
    api_function *function = call->question.then != NULL ? call->question.then : begin;
    call->question.then = NULL;
    call->stores = stores;
    drop_ended_sessions(call->stores);
    choose_store(call);
    enum status status = function(call, &answer, &error);
    pg_rollback(call->store->pg);
    store_set_customer(call->stores->own, NULL);
    if (status == STATUS_OK && call->question.then != NULL) {
        ask(task);
        return;
    }
    if (status != STATUS_OK)
        answer = problem_of(call, &error);
    http_exchange_answer(task->exchange, &answer);
}

static void submit_task(struct task *task)
{
    if (workers_submit(task->api->lanes[task->call.route->lane], run, task) != STATUS_OK)
        http_exchange_answer_problem(task->exchange, 503, "busy", "too much is waiting here; try again in a moment");
}

/* On the event loop: hands over, or says at once that it was too often, or that too much is waiting. */
static void submit(void *context, struct http_exchange *exchange)
{
    const struct bound_route *bound = context;
    if (rate_limits_refuse_address(bound->api->limits, bound->route, exchange))
        return;
    struct task *task = ARENA_NEW(http_exchange_arena(exchange), struct task);
    *task = (struct task){.api = bound->api, .exchange = exchange};
    task->call.options = &bound->api->options;
    task->call.route = bound->route;
    task->call.limits = bound->api->limits;
    task->call.request = http_exchange_request(exchange);
    task->call.arena = http_exchange_arena(exchange);
    task->call.language = LANGUAGE_NL;
    submit_task(task);
}

/* ---- asking providers ---- */

void api_call_ask(struct api_call *call, const struct provider_account *account, const struct provider_request *request,
                  struct provider_call_times times, api_function *then)
{
    call->question = (struct api_question){.account = account, .request = *request, .times = times, .then = then};
}

static atomic_size_t *questions_of(struct task *task)
{
    return &task->api->questions[task->call.question.account - task->api->options.accounts->items];
}

/* On the client's thread. */
static void take_answer(void *context, enum status status, const struct provider_answer *answer,
                        const struct error *error)
{
    struct task *task = context;
    struct api_question *question = &task->call.question;
    atomic_fetch_sub(questions_of(task), 1);
    question->status = status;
    if (status == STATUS_OK)
        question->answer = *answer;
    else
        question->error = *error;
    submit_task(task);
}

static void ask(struct task *task)
{
    const struct api_question *question = &task->call.question;
    struct error error;
    enum status status = STATUS_OK;
    if (atomic_fetch_add(questions_of(task), 1) >= API_QUESTIONS_MAX)
        status = error_set(&error, STATUS_BUSY, "too_many_calls", "too many others wait for it");
    if (status == STATUS_OK)
        status = provider_call_start(question->account, task->api->options.client, task->call.arena, &question->request,
                                     question->times, take_answer, task, &error);
    if (status != STATUS_OK)
        take_answer(task, status, NULL, &error);
}

/* ---- start and stop ---- */

static void *open_stores(void *context)
{
    const struct api *api = context;
    struct api_stores *stores = memory_alloc_zero(1, sizeof(*stores));
    stores->all = store_new(api->options.worker_url, "akkoord api", api->options.keyring);
    stores->own = store_new_of_customers(api->options.server_url, "akkoord api customers", api->options.keyring);
    return stores;
}

static void close_stores(void *context)
{
    struct api_stores *stores = context;
    store_free(stores->all);
    store_free(stores->own);
    free(stores);
}

static struct workers *lane_new(struct api *api, const char *name, size_t threads, size_t queue_max)
{
    const struct workers_options options = {
        .name = name,
        .threads = threads,
        .queue_max = queue_max,
        .thread_state_new = open_stores,
        .thread_state_free = close_stores,
        .context = api,
    };
    return workers_new(&options);
}

static void bind_routes(struct api *api)
{
    size_t count;
    const struct api_route *table = api_route_table(&count);
    api->bound = memory_alloc_zero(count, sizeof(*api->bound));
    api->routes = memory_alloc_zero(count + 1, sizeof(*api->routes));
    for (size_t i = 0; i < count; i++) {
        if (!api->options.sandbox && strncmp(table[i].pattern, SANDBOX_PATH_PREFIX, strlen(SANDBOX_PATH_PREFIX)) == 0)
            continue;
        api->bound[i] = (struct bound_route){.api = api, .route = &table[i]};
        api->routes[api->routes_count++] = (struct http_route){
            .method = table[i].method, .pattern = table[i].pattern, .handler = submit, .context = &api->bound[i]};
    }
    api->routes[api->routes_count++] =
        (struct http_route){.method = HTTP_GET, .pattern = "/openapi.json", .handler = api_openapi};
}

struct api *api_start(const struct api_options *options)
{
    struct api *api = memory_alloc_zero(1, sizeof(*api));
    api->options = *options;
    api->limits = options->rate_limits ? rate_limits_new() : NULL;
    bind_routes(api);
    size_t threads = options->threads != 0 ? options->threads : API_THREADS_DEFAULT;
    api->lanes[API_LANE] = lane_new(api, "api", threads, API_QUEUE_MAX);
    api->lanes[API_LANE_SLOW] = lane_new(api, "api-slow", API_SLOW_THREADS, API_SLOW_QUEUE_MAX);
    return api;
}

void api_stop(struct api *api)
{
    if (api == NULL)
        return;
    for (size_t i = 0; i < API_LANES; i++)
        workers_free(api->lanes[i]);
    rate_limits_free(api->limits);
    free(api->routes);
    free(api->bound);
    free(api);
}

void api_refresh_metrics(struct api *api)
{
    metric_set(&waiting_requests, "lane=\"api\"", (int64_t)workers_depth(api->lanes[API_LANE]));
    metric_set(&waiting_requests, "lane=\"slow\"", (int64_t)workers_depth(api->lanes[API_LANE_SLOW]));
    for (size_t i = 0; i < api->options.accounts->count; i++) {
        char labels[METRIC_LABELS_BYTES];
        snprintf(labels, sizeof(labels), "provider=\"%s\"", api->options.accounts->items[i].client->name);
        metric_set(&open_questions, labels, (int64_t)atomic_load(&api->questions[i]));
    }
}

const struct http_route *api_routes(struct api *api, size_t *count)
{
    *count = api->routes_count;
    return api->routes;
}
