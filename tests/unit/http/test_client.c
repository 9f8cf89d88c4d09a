/* The HTTP client, against our own server on the loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/http/client.h"
#include "akkoord/http/server.h"

#define LARGE_BYTES 100000

static struct http_server *server;
static struct arena *arena;
static struct error error;
static struct http_exchange *_Atomic waiting; /* of /slow, answered by the test that asked */

/* ---- the other side ---- */

static void echo(void *context, struct http_exchange *exchange)
{
    (void)context;
    const struct http_request *request = http_exchange_request(exchange);
    const char *given = http_request_header(request, "X-Given");
    http_exchange_answer_text(exchange, 201,
                              arena_format(http_exchange_arena(exchange), "%s|%s|%s", request->method_text,
                                           given != NULL ? given : "", request->body));
}

static void redirect(void *context, struct http_exchange *exchange)
{
    (void)context;
    static const struct http_header headers[] = {{"Location", "/echo"}};
    const struct http_answer answer = {.status = 302, .headers = headers, .header_count = 1};
    http_exchange_answer(exchange, &answer);
}

static void answer_large(void *context, struct http_exchange *exchange)
{
    (void)context;
    char *text = arena_alloc_zero(http_exchange_arena(exchange), 1, LARGE_BYTES + 1);
    memset(text, 'x', LARGE_BYTES);
    http_exchange_answer_text(exchange, 200, text);
}

static void keep_waiting(void *context, struct http_exchange *exchange)
{
    (void)context;
    waiting = exchange;
}

static struct http_exchange *take_waiting(void)
{
    return atomic_exchange(&waiting, NULL);
}

static const struct http_route routes[] = {
    {.method = HTTP_GET, .pattern = "/echo", .handler = echo},
    {.method = HTTP_POST, .pattern = "/echo", .handler = echo},
    {.method = HTTP_DELETE, .pattern = "/echo", .handler = echo},
    {.method = HTTP_GET, .pattern = "/redirect", .handler = redirect},
    {.method = HTTP_GET, .pattern = "/large", .handler = answer_large},
    {.method = HTTP_GET, .pattern = "/slow", .handler = keep_waiting},
};

static const char *url_of(const char *path)
{
    return arena_format(arena, "http://127.0.0.1:%d%s", http_server_port(server), path);
}

static enum status get(const struct http_client_options *options, const char *url,
                       struct http_client_response *response)
{
    struct http_client *client = http_client_new(options);
    const struct http_client_request request = {.method = HTTP_GET, .url = url};
    enum status status = http_client_send(client, arena, &request, response, &error);
    http_client_free(client);
    return status;
}

static const struct http_client_options plain = {.direct = true};

/* ---- tests ---- */

static void method_headers_and_body_arrive_and_the_answer_comes_back(void **state)
{
    (void)state;
    struct http_client *client = http_client_new(&plain);
    const struct http_header headers[] = {{"X-Given", "value"}, {"Content-Type", "text/plain"}};
    struct http_client_request request = {.method = HTTP_POST,
                                          .url = url_of("/echo"),
                                          .headers = headers,
                                          .header_count = 2,
                                          .body = "hello",
                                          .body_length = 5};
    struct http_client_response response;
    assert_int_equal(http_client_send(client, arena, &request, &response, &error), STATUS_OK);
    assert_int_equal(response.status, 201);
    assert_string_equal(response.body, "POST|value|hello");
    assert_string_equal(response.content_type, "text/plain; charset=utf-8");
    request = (struct http_client_request){.method = HTTP_DELETE, .url = url_of("/echo")};
    assert_int_equal(http_client_send(client, arena, &request, &response, &error), STATUS_OK);
    assert_string_equal(response.body, "DELETE||");
    request = (struct http_client_request){.method = HTTP_POST, .url = url_of("/echo")};
    assert_int_equal(http_client_send(client, arena, &request, &response, &error), STATUS_OK);
    assert_string_equal(response.body, "POST||");
    http_client_free(client);
}

static void a_status_of_refusal_is_an_answer_like_any_other(void **state)
{
    (void)state;
    struct http_client_response response;
    assert_int_equal(get(&plain, url_of("/nowhere"), &response), STATUS_OK);
    assert_int_equal(response.status, 404);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    struct http_client_response response;
    assert_int_equal(get(&plain, url_of("/redirect"), &response), STATUS_OK);
    assert_int_equal(response.status, 302);
}

static void an_answer_above_the_limit_is_refused(void **state)
{
    (void)state;
    struct http_client_response response;
    struct http_client_options options = {.direct = true, .body_bytes_max = LARGE_BYTES};
    assert_int_equal(get(&options, url_of("/large"), &response), STATUS_OK);
    assert_int_equal(response.body_length, LARGE_BYTES);
    options.body_bytes_max = LARGE_BYTES - 1;
    assert_int_equal(get(&options, url_of("/large"), &response), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "answer_too_large");
}

static void only_http_urls_without_credentials_are_called(void **state)
{
    (void)state;
    struct http_client_response response;
    static const char *const refused[] = {"file:///etc/hostname", "ftp://127.0.0.1/", "not a url",
                                          "http://user:secret@127.0.0.1:1/"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(get(&plain, refused[i], &response), STATUS_INVALID);
        assert_string_equal(error.code, "url");
    }
}

static void nobody_there_is_unavailable(void **state)
{
    (void)state;
    struct http_client_response response;
    assert_int_equal(get(&plain, "http://127.0.0.1:1/", &response), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "connect_failed");
}

static void a_call_ends_when_its_time_is_up(void **state)
{
    (void)state;
    struct http_client_response response;
    const struct http_client_options options = {.direct = true, .timeout_ms = 100};
    assert_int_equal(get(&options, url_of("/slow"), &response), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "timed_out");
    http_exchange_answer_text(take_waiting(), 200, "late");
}

/* ---- many calls ---- */

/* What came of a call that was started. */
struct outcome {
    sem_t is_there;
    enum status status;
    int http_status;
    char code[ERROR_CODE_BYTES];
    int64_t at_us;
};

static void note_outcome(void *context, enum status status, const struct http_client_response *response,
                         const struct error *failure)
{
    struct outcome *outcome = context;
    outcome->status = status;
    outcome->http_status = status == STATUS_OK ? response->status : 0;
    if (status != STATUS_OK)
        snprintf(outcome->code, sizeof(outcome->code), "%s", failure->code);
    outcome->at_us = clock_monotonic_us();
    (void)sem_post(&outcome->is_there);
}

/* Each call has an arena of its own, as the client's thread uses it. */
static struct arena *start(struct http_client *client, const char *path, long delay_ms, struct outcome *outcome)
{
    struct arena *own = arena_new();
    const struct http_client_request request = {.method = HTTP_GET, .url = url_of(path), .delay_ms = delay_ms};
    (void)sem_init(&outcome->is_there, 0, 0);
    assert_int_equal(http_client_start(client, own, &request, note_outcome, outcome, &error), STATUS_OK);
    return own;
}

static void await_outcome(struct outcome *outcome, struct arena *own)
{
    (void)sem_wait(&outcome->is_there);
    (void)sem_destroy(&outcome->is_there);
    arena_free(own);
}

static void a_call_that_waits_keeps_no_other_waiting(void **state)
{
    (void)state;
    struct http_client *client = http_client_new(&plain);
    struct outcome slow = {.status = STATUS_INTERNAL};
    struct arena *slow_arena = start(client, "/slow", 0, &slow);
    for (int i = 0; i < 3; i++) {
        struct outcome quick = {.status = STATUS_INTERNAL};
        await_outcome(&quick, start(client, "/echo", 0, &quick));
        assert_int_equal(quick.http_status, 201);
    }
    while (waiting == NULL)
        (void)usleep(1000);
    http_exchange_answer_text(take_waiting(), 200, "at last");
    await_outcome(&slow, slow_arena);
    assert_int_equal(slow.http_status, 200);
    http_client_free(client);
}

static void a_delayed_call_begins_no_sooner(void **state)
{
    (void)state;
    struct http_client *client = http_client_new(&plain);
    struct outcome outcome = {.status = STATUS_INTERNAL};
    int64_t begun_us = clock_monotonic_us();
    await_outcome(&outcome, start(client, "/echo", 120, &outcome));
    assert_int_equal(outcome.http_status, 201);
    assert_true(outcome.at_us - begun_us >= 119000);
    http_client_free(client);
}

static void whatever_is_under_way_when_a_client_ends_is_told_so_once(void **state)
{
    (void)state;
    struct http_client *client = http_client_new(&plain);
    struct outcome outcomes[3] = {{.status = STATUS_OK}, {.status = STATUS_OK}, {.status = STATUS_OK}};
    struct arena *own[3];
    own[0] = start(client, "/slow", 0, &outcomes[0]);
    own[1] = start(client, "/echo", 60000, &outcomes[1]);
    own[2] = start(client, "/echo", 60000, &outcomes[2]);
    while (waiting == NULL)
        (void)usleep(1000);
    http_client_free(client);
    for (size_t i = 0; i < 3; i++) {
        await_outcome(&outcomes[i], own[i]);
        assert_int_equal(outcomes[i].status, STATUS_UNAVAILABLE);
        assert_string_equal(outcomes[i].code, "cancelled");
    }
    http_exchange_answer_text(take_waiting(), 200, "late");
}

static void more_calls_than_the_limit_are_refused_and_room_comes_back(void **state)
{
    (void)state;
    struct http_client *client = http_client_new(&plain);
    static struct outcome outcomes[HTTP_CLIENT_CALLS_MAX];
    static struct arena *own[HTTP_CLIENT_CALLS_MAX];
    const struct http_client_request request = {.method = HTTP_GET, .url = url_of("/echo"), .delay_ms = 60000};
    for (size_t i = 0; i < HTTP_CLIENT_CALLS_MAX; i++)
        own[i] = start(client, "/echo", i == 0 ? 300 : 60000, &outcomes[i]);
    assert_int_equal(http_client_start(client, arena, &request, note_outcome, NULL, &error), STATUS_BUSY);
    assert_string_equal(error.code, "too_many_calls");
    await_outcome(&outcomes[0], own[0]);
    own[0] = start(client, "/echo", 60000, &outcomes[0]);
    http_client_free(client);
    for (size_t i = 0; i < HTTP_CLIENT_CALLS_MAX; i++)
        await_outcome(&outcomes[i], own[i]);
}

static void *cancel_soon(void *client)
{
    (void)usleep(100000);
    http_client_cancel(client);
    return NULL;
}

static void a_call_that_is_cancelled_ends_soon_and_no_other_begins(void **state)
{
    (void)state;
    struct http_client *client = http_client_new(&plain);
    struct http_client_response response;
    struct http_client_request request = {.method = HTTP_GET, .url = url_of("/slow")};
    pthread_t thread;
    int64_t begun_us = clock_monotonic_us();
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, client), 0);
    assert_int_equal(http_client_send(client, arena, &request, &response, &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "cancelled");
    assert_true(clock_monotonic_us() - begun_us < 5 * CLOCK_US_PER_SECOND);
    assert_int_equal(pthread_join(thread, NULL), 0);
    http_exchange_answer_text(take_waiting(), 200, "late");
    request.url = url_of("/echo");
    assert_int_equal(http_client_send(client, arena, &request, &response, &error), STATUS_UNAVAILABLE);
    http_client_free(client);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    const struct http_server_options options = {
        .listen = "127.0.0.1:0", .routes = routes, .route_count = sizeof(routes) / sizeof(routes[0])};
    return http_server_start(&options, &server, &error) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    http_server_free(server);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(method_headers_and_body_arrive_and_the_answer_comes_back),
        cmocka_unit_test(a_status_of_refusal_is_an_answer_like_any_other),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(an_answer_above_the_limit_is_refused),
        cmocka_unit_test(only_http_urls_without_credentials_are_called),
        cmocka_unit_test(nobody_there_is_unavailable),
        cmocka_unit_test(a_call_ends_when_its_time_is_up),
        cmocka_unit_test(a_call_that_is_cancelled_ends_soon_and_no_other_begins),
        cmocka_unit_test(a_call_that_waits_keeps_no_other_waiting),
        cmocka_unit_test(a_delayed_call_begins_no_sooner),
        cmocka_unit_test(whatever_is_under_way_when_a_client_ends_is_told_so_once),
        cmocka_unit_test(more_calls_than_the_limit_are_refused_and_room_comes_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
