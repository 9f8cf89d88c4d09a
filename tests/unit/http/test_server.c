/* Starting, answering from other threads, draining and ending: what http/server.h promises its caller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/http/server.h"

#define WAIT_US     150000
#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

static pthread_t answering;

static void *answer_later(void *argument)
{
    usleep(WAIT_US);
    http_exchange_answer_text(argument, 200, "later");
    return NULL;
}

static void handle_later(void *context, struct http_exchange *exchange)
{
    (void)context;
    assert_int_equal(pthread_create(&answering, NULL, answer_later, exchange), 0);
}

/* What no real handler may do: the loop stands still meanwhile. */
static void handle_blocking(void *context, struct http_exchange *exchange)
{
    (void)context;
    usleep(WAIT_US);
    http_exchange_answer_text(exchange, 200, "blocked");
}

static const struct http_route routes[] = {
    {HTTP_GET, "/later", handle_later, NULL, 0},
    {HTTP_GET, "/block", handle_blocking, NULL, 0},
};

static struct http_server *start(void)
{
    const struct http_server_options options = {
        .listen = "127.0.0.1:0", .threads = 2, .routes = routes, .route_count = ROUTE_COUNT};
    struct http_server *server = NULL;
    struct error error;
    assert_int_equal(http_server_start(&options, &server, &error), STATUS_OK);
    return server;
}

static int connect_to(int port)
{
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(made, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return made;
    close(made);
    return -1;
}

static void ask(int connection, const char *path)
{
    char request[128];
    int length = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    assert_int_equal(write(connection, request, (size_t)length), length);
}

/* All that comes until the other side closes. */
static void read_all(int connection, char *out, size_t bytes)
{
    size_t length = 0;
    ssize_t got;
    while (length < bytes - 1 && (got = read(connection, out + length, bytes - 1 - length)) > 0)
        length += (size_t)got;
    out[length] = '\0';
}

static void test_an_address_that_can_not_be_read_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",          "127.0.0.1",      "127.0.0.1:",    "127.0.0.1:65536",
                                      ":8080",     "::1:8080",       "[127.0.0.1]:1", "[::1]",
                                      "[::1]x:80", "example.com:80", "127.0.0.1:+1",  "127.0.0.1:8080 "};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct http_server_options options = {.listen = bad[i]};
        struct http_server *server = NULL;
        struct error error;
        assert_int_equal(http_server_start(&options, &server, &error), STATUS_INVALID);
        assert_string_equal(error.field, "listen");
        assert_null(server);
    }
}

static void test_a_second_server_on_the_same_port_is_refused(void **state)
{
    (void)state;
    struct http_server *first = start();
    char listen_text[32];
    snprintf(listen_text, sizeof(listen_text), "127.0.0.1:%d", http_server_port(first));
    const struct http_server_options options = {.listen = listen_text};
    struct http_server *second = NULL;
    struct error error;
    assert_int_equal(http_server_start(&options, &second, &error), STATUS_CONFLICT);
    assert_null(second);
    http_server_free(first);
}

static void test_draining_stops_listening_and_lets_a_request_under_way_end(void **state)
{
    (void)state;
    struct http_server *server = start();
    int port = http_server_port(server);
    int idle = connect_to(port);
    int busy = connect_to(port);
    ask(busy, "/later");
    usleep(WAIT_US / 3);

    http_server_drain(server, 5000);
    assert_int_equal(connect_to(port), -1);
    char text[1024];
    read_all(busy, text, sizeof(text));
    assert_non_null(strstr(text, "later"));
    assert_non_null(strstr(text, "Connection: close"));
    read_all(idle, text, sizeof(text));
    assert_string_equal(text, "");
    pthread_join(answering, NULL);
    http_server_free(server);
    close(busy);
    close(idle);
}

static void *drain(void *server)
{
    http_server_drain(server, 5000);
    return NULL;
}

static void test_a_client_that_the_kernel_has_accepted_before_the_drain_is_still_served(void **state)
{
    (void)state;
    const struct http_server_options options = {
        .listen = "127.0.0.1:0", .threads = 1, .routes = routes, .route_count = ROUTE_COUNT};
    struct http_server *server = NULL;
    assert_int_equal(http_server_start(&options, &server, NULL), STATUS_OK);
    int first = connect_to(http_server_port(server));
    ask(first, "/block");
    usleep(WAIT_US / 3);
    /* The loop stands still: it finds the command first, and the client second. */
    pthread_t draining;
    assert_int_equal(pthread_create(&draining, NULL, drain, server), 0);
    usleep(WAIT_US / 6);
    int second = connect_to(http_server_port(server));
    ask(second, "/block");

    char text[1024];
    read_all(second, text, sizeof(text));
    assert_non_null(strstr(text, "blocked"));
    read_all(first, text, sizeof(text));
    assert_non_null(strstr(text, "blocked"));
    close(first);
    close(second);
    pthread_join(draining, NULL);
    http_server_free(server);
}

static void test_a_drain_that_takes_too_long_returns_at_its_deadline(void **state)
{
    (void)state;
    struct http_server *server = start();
    int busy = connect_to(http_server_port(server));
    ask(busy, "/later");
    usleep(WAIT_US / 3);
    int64_t began_us = clock_monotonic_us();
    http_server_drain(server, 20);
    assert_in_range(clock_monotonic_us() - began_us, 20000, WAIT_US / 2);
    pthread_join(answering, NULL);
    http_server_free(server);
    close(busy);
}

static void test_an_exchange_outlives_its_client(void **state)
{
    (void)state;
    struct http_server *server = start();
    int busy = connect_to(http_server_port(server));
    ask(busy, "/later");
    usleep(WAIT_US / 3);
    /* A reset, not an orderly end. */
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};
    setsockopt(busy, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(busy);
    pthread_join(answering, NULL);
    http_server_drain(server, 5000);
    http_server_free(server);
}

static void test_a_server_that_never_served_can_be_freed(void **state)
{
    (void)state;
    http_server_free(start());
    http_server_free(NULL);
}

int main(void)
{
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_that_can_not_be_read_is_refused),
        cmocka_unit_test(test_a_second_server_on_the_same_port_is_refused),
        cmocka_unit_test(test_draining_stops_listening_and_lets_a_request_under_way_end),
        cmocka_unit_test(test_a_client_that_the_kernel_has_accepted_before_the_drain_is_still_served),
        cmocka_unit_test(test_a_drain_that_takes_too_long_returns_at_its_deadline),
        cmocka_unit_test(test_an_exchange_outlives_its_client),
        cmocka_unit_test(test_a_server_that_never_served_can_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
