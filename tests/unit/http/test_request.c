/* The getters of http/exchange.h, the address behind proxies, and an answer's head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "answer.h"
#include "client_address.h"
#include "request.h"

static struct arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct http_request read_request(const char *bytes)
{
    struct http_request request = {.id_text = "id"};
    struct http_head head;
    http_head_init(&head);
    assert_int_equal(http_parse_head(&head, bytes, strlen(bytes)), HTTP_PARSE_COMPLETE);
    request_read_head(&request, arena, &head, bytes);
    return request;
}

static void test_a_header_is_found_in_any_case_and_only_when_it_stands_there_once(void **state)
{
    (void)state;
    struct http_request request = read_request("GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\nX-One:  1 \r\nX-None:\r\n"
                                               "x-two: 1\r\nX-TWO: 2\r\n\r\n");
    assert_string_equal(request.path, "/a b");
    assert_string_equal(request.query, "c=d");
    assert_string_equal(request.method_text, "GET");
    assert_string_equal(http_request_header(&request, "x-ONE"), "1");
    assert_string_equal(http_request_header(&request, "x-none"), "");
    assert_null(http_request_header(&request, "x-two"));
    assert_int_equal(http_request_header_count(&request, "x-two"), 2);
    assert_null(http_request_header(&request, "x-three"));
}

static void test_a_parameter_of_the_query_is_decoded(void **state)
{
    (void)state;
    struct http_request request =
        read_request("GET /?a=b+c%20d&empty=&flag&caf%C3%A9=x&twice=1&twice=2&bad=%00&worse=%ff HTTP/1.1\r\n"
                     "Host: h\r\n\r\n");
    const char *value;
    assert_int_equal(http_request_query(&request, arena, "a", &value, NULL), STATUS_OK);
    assert_string_equal(value, "b c d");
    assert_int_equal(http_request_query(&request, arena, "empty", &value, NULL), STATUS_OK);
    assert_string_equal(value, "");
    assert_int_equal(http_request_query(&request, arena, "flag", &value, NULL), STATUS_OK);
    assert_string_equal(value, "");
    assert_int_equal(http_request_query(&request, arena, "caf\xC3\xA9", &value, NULL), STATUS_OK);
    assert_string_equal(value, "x");
    assert_int_equal(http_request_query(&request, arena, "absent", &value, NULL), STATUS_OK);
    assert_null(value);
    assert_int_equal(http_request_query(&request, arena, "twice", &value, NULL), STATUS_INVALID);
    assert_int_equal(http_request_query(&request, arena, "bad", &value, NULL), STATUS_INVALID);
    assert_int_equal(http_request_query(&request, arena, "worse", &value, NULL), STATUS_INVALID);
}

static void test_a_form_may_hold_lines(void **state)
{
    (void)state;
    const struct http_request request = {.query = "said=in+the+query",
                                         .body = "said=one%0D%0Atwo%09three&null=%00&escape=%1b&broken=%e2%82"};
    const struct http_request empty = {.query = "said=x"};
    const char *value;
    assert_int_equal(http_request_form(&request, arena, "said", &value, NULL), STATUS_OK);
    assert_string_equal(value, "one\r\ntwo\tthree");
    assert_int_equal(http_request_form(&request, arena, "null", &value, NULL), STATUS_INVALID);
    assert_int_equal(http_request_form(&request, arena, "escape", &value, NULL), STATUS_INVALID);
    assert_int_equal(http_request_form(&request, arena, "broken", &value, NULL), STATUS_INVALID);
    assert_int_equal(http_request_form(&empty, arena, "said", &value, NULL), STATUS_OK);
    assert_null(value);
    const struct http_request lines = {.query = "said=one%0Atwo"};
    assert_int_equal(http_request_query(&lines, arena, "said", &value, NULL), STATUS_INVALID);
}

static void assert_client(const char *trusted, const char *peer, const char *fields, const char *expected)
{
    struct trusted_proxies proxies;
    assert_int_equal(trusted_proxies_parse(trusted, &proxies, NULL), STATUS_OK);
    struct http_request request = read_request(arena_format(arena, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields));
    char client[HTTP_ADDRESS_BYTES];
    client_address_find(&proxies, peer, &request, client);
    assert_string_equal(client, expected);
}

static void test_x_forwarded_for_is_believed_only_as_far_as_trusted_proxies_vouch(void **state)
{
    (void)state;
    assert_client("", "10.0.0.1", "X-Forwarded-For: 192.0.2.1\r\n", "10.0.0.1");
    assert_client("10.0.0.0/8", "192.0.2.9", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.9");
    assert_client("10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1");
    assert_client("10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 198.51.100.7, 192.0.2.1\r\n", "192.0.2.1");
    assert_client("10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 192.0.2.1, 10.2.3.4\r\n", "192.0.2.1");
    assert_client("10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.2.3.4\r\n", "192.0.2.1");
    assert_client("10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 192.0.2.1, rubbish\r\n", "10.0.0.1");
    assert_client("10.0.0.0/8", "10.0.0.1", "", "10.0.0.1");
    assert_client("10.0.0.0/8 , ::1", "::1", "X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1");
    assert_client("10.0.0.0/8", "::ffff:10.0.0.1", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1");
    assert_client("192.0.2.128/25", "192.0.2.127", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.127");
}

static void test_a_network_that_can_not_be_read_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"10.0.0.0/33", "10.0.0.0/",   "10.0.0",     "::1/129",
                                      "x",           "10.0.0.0/8,", "10.0.0.0/-1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct trusted_proxies proxies;
        struct error error;
        assert_int_equal(trusted_proxies_parse(bad[i], &proxies, &error), STATUS_INVALID);
        assert_string_equal(error.field, "trusted_proxies");
    }
}

static void test_an_answer_s_head_is_complete_and_nothing_can_be_slipped_in(void **state)
{
    (void)state;
    struct http_request request = read_request("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const struct http_header headers[] = {{"X-Good", "yes"}, {"X-Bad", "a\r\nX-Forged: b"}, {"X Bad", "c"}};
    const struct http_answer answer = {201, "application/json", headers, 3, "{}", 2};
    struct buffer out;
    buffer_init(&out, ANSWER_HEAD_BYTES_MAX);
    /* RFC 9110's own example of a date. */
    answer_write_head(&out, &answer, &request, true, false, INT64_C(784111777) * 1000000);
    assert_string_equal(buffer_text(&out), "HTTP/1.1 201 Created\r\n"
                                           "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                           "Content-Type: application/json\r\n"
                                           "Content-Length: 2\r\n"
                                           "X-Request-Id: id\r\n"
                                           "X-Content-Type-Options: nosniff\r\n"
                                           "X-Good: yes\r\n"
                                           "Cache-Control: no-store\r\n"
                                           "Connection: close\r\n\r\n");
    assert_null(strstr(buffer_text(&out), "Strict-Transport-Security"));
    buffer_clear(&out);
    answer_write_head(&out, &answer, &request, true, true, INT64_C(784111777) * 1000000);
    assert_non_null(strstr(buffer_text(&out), "\r\nStrict-Transport-Security: max-age=31536000\r\n"));
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_header_is_found_in_any_case_and_only_when_it_stands_there_once,
                                        make_arena, free_arena),
        cmocka_unit_test_setup_teardown(test_a_parameter_of_the_query_is_decoded, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(test_a_form_may_hold_lines, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(test_x_forwarded_for_is_believed_only_as_far_as_trusted_proxies_vouch,
                                        make_arena, free_arena),
        cmocka_unit_test(test_a_network_that_can_not_be_read_is_refused),
        cmocka_unit_test_setup_teardown(test_an_answer_s_head_is_complete_and_nothing_can_be_slipped_in, make_arena,
                                        free_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
