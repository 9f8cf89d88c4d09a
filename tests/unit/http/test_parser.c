/* The rules of http/parser.h, a row each, and that splitting never changes a result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "akkoord/http/parser.h"

#define HOST "Host: example.com\r\n"

struct row {
    const char *rule;
    const char *bytes;
    int status; /* 0: served */
};

#define GET(target)        "GET " target " HTTP/1.1\r\n" HOST "\r\n"
#define GET_WITH(fields)   "GET / HTTP/1.1\r\n" HOST fields "\r\n"
#define POST_WITH(fields)  "POST / HTTP/1.1\r\n" HOST fields "\r\n"
#define WITH_HOST(value)   "GET / HTTP/1.1\r\nHost: " value "\r\n\r\n"
#define REQUEST_LINE(line) line "\r\n" HOST "\r\n"

static const struct row rows[] = {
    {"a plain request is served", GET("/"), 0},
    {"a path with several segments is served", GET("/v1/orders/018f-_~.x"), 0},
    {"a trailing slash is a path of its own", GET("/v1/"), 0},
    {"a query is served", GET("/a?b=c&d=%20/?"), 0},
    {"an empty query is served", GET("/a?"), 0},
    {"an unknown method is the router's business", REQUEST_LINE("BREW / HTTP/1.1"), 0},
    {"a method in lower case is an unknown one", REQUEST_LINE("get / HTTP/1.1"), 0},
    {"one empty line before the request is ignored", "\r\n" GET("/"), 0},
    {"two empty lines before the request are refused", "\r\n\r\n" GET("/"), 400},
    {"a leading space is refused", " " GET("/"), 400},
    {"a leading tab is refused", "\t" GET("/"), 400},
    {"an empty value is served", GET_WITH("X-Empty:\r\n"), 0},
    {"white space around a value does not belong to it", GET_WITH("X-A: \t b \t \r\n"), 0},
    {"a tab within a value is served", GET_WITH("X-A: a\tb\r\n"), 0},
    {"bytes over 127 in a value are served", GET_WITH("X-A: \xC3\xA9\r\n"), 0},
    {"Upgrade is ignored", GET_WITH("Connection: Upgrade\r\nUpgrade: h2c\r\n"), 0},

    {"a second space in the request line is refused", REQUEST_LINE("GET  / HTTP/1.1"), 400},
    {"a space after the version is refused", REQUEST_LINE("GET / HTTP/1.1 "), 400},
    {"a tab in the request line is refused", REQUEST_LINE("GET\t/ HTTP/1.1"), 400},
    {"a request without a version is refused", REQUEST_LINE("GET /"), 400},
    {"a request without a target is refused", REQUEST_LINE("GET HTTP/1.1"), 400},
    {"a method with a separator in it is refused", REQUEST_LINE("GE(T / HTTP/1.1"), 400},
    {"HTTP/1.0 is served", "GET / HTTP/1.0\r\n\r\n", 0},
    {"HTTP/1.9 is refused", REQUEST_LINE("GET / HTTP/1.9"), 505},
    {"HTTP/1.2 is refused", REQUEST_LINE("GET / HTTP/1.2"), 505},
    {"HTTP/2.0 is refused", REQUEST_LINE("PRI * HTTP/2.0"), 505},
    {"HTTP/0.9 is refused", REQUEST_LINE("GET / HTTP/0.9"), 505},
    {"a version in lower case is refused", REQUEST_LINE("GET / http/1.1"), 400},
    {"a version with two digits is refused", REQUEST_LINE("GET / HTTP/1.10"), 400},
    {"a version that is not a number is refused", REQUEST_LINE("GET / HTTP/1.x"), 400},

    {"a bare LF after the request line is refused", "GET / HTTP/1.1\n" HOST "\r\n", 400},
    {"a bare LF after a header is refused", "GET / HTTP/1.1\r\nHost: example.com\n\r\n", 400},
    {"a bare LF as the last line is refused", "GET / HTTP/1.1\r\n" HOST "\n", 400},
    {"a bare LF before the request is refused", "\n" GET("/"), 400},
    {"a bare CR in the request line is refused", REQUEST_LINE("GET /\r HTTP/1.1"), 400},
    {"a bare CR in a value is refused", GET_WITH("X-A: a\rb\r\n"), 400},
    {"CR CR LF is refused", "GET / HTTP/1.1\r\r\n" HOST "\r\n", 400},
    {"a control byte in a value is refused",
     GET_WITH("X-A: a\x01"
              "b\r\n"),
     400},
    {"DEL in a value is refused",
     GET_WITH("X-A: a\x7F"
              "b\r\n"),
     400},
    {"a vertical tab in a value is refused", GET_WITH("X-A: a\vb\r\n"), 400},
    {"a control byte in the path is refused", GET("/a\x02"), 400},
    {"a folded header is refused", GET_WITH("X-A: a\r\n b\r\n"), 400},
    {"a header folded with a tab is refused", GET_WITH("X-A: a\r\n\tb\r\n"), 400},
    {"white space before the first header is refused", "GET / HTTP/1.1\r\n " HOST "\r\n", 400},
    {"a space before the colon is refused", GET_WITH("X-A : b\r\n"), 400},
    {"a tab before the colon is refused", GET_WITH("X-A\t: b\r\n"), 400},
    {"a header without a colon is refused", GET_WITH("X-A\r\n"), 400},
    {"a header without a name is refused", GET_WITH(": b\r\n"), 400},
    {"a header's name with a separator is refused", GET_WITH("X(A): b\r\n"), 400},
    {"a header's name over 127 is refused", GET_WITH("X-\xC3\xA9: b\r\n"), 400},

    {"HTTP/1.1 without Host is refused", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two Hosts are refused", GET_WITH(HOST), 400},
    {"two different Hosts are refused", GET_WITH("Host: example.org\r\n"), 400},
    {"two Hosts on HTTP/1.0 are refused", "GET / HTTP/1.0\r\n" HOST HOST "\r\n", 400},
    {"an empty Host is refused", WITH_HOST(""), 400},
    {"a Host with a port is served", WITH_HOST("example.com:8080"), 0},
    {"a Host that is an IPv4 address is served", WITH_HOST("127.0.0.1:80"), 0},
    {"a Host that is an IPv6 address is served", WITH_HOST("[::1]:8080"), 0},
    {"a Host with an empty port is served", WITH_HOST("example.com:"), 0},
    {"an IPv6 Host with an empty port is served", WITH_HOST("[::1]:"), 0},
    {"a port alone is refused", WITH_HOST(":80"), 400},
    {"a colon alone is refused", WITH_HOST(":"), 400},
    {"a Host with two colons is refused", WITH_HOST("example.com::"), 400},
    {"a Host with a sign before its port is refused", WITH_HOST("example.com:+80"), 400},
    {"a Host with zeros before its port is served", WITH_HOST("example.com:0000080"), 0},
    {"a Host with a port of many digits is refused", WITH_HOST("example.com:4294967376"), 400},
    {"a Host with a port over 65535 is refused", WITH_HOST("example.com:65536"), 400},
    {"a Host with a port that is no number is refused", WITH_HOST("example.com:8o"), 400},
    {"a Host with a user is refused", WITH_HOST("user@example.com"), 400},
    {"a Host with a path is refused", WITH_HOST("example.com/x"), 400},
    {"a Host with a space is refused", WITH_HOST("example.com example.org"), 400},
    {"a list of Hosts is refused", WITH_HOST("example.com, example.org"), 400},
    {"an unclosed IPv6 Host is refused", WITH_HOST("[::1"), 400},
    {"a broken IPv6 Host is refused", WITH_HOST("[::g]"), 400},
    {"an IPv6 Host without brackets is refused", WITH_HOST("::1"), 400},

    {"an absolute target that names the Host is served", GET("http://example.com/a"), 0},
    {"an absolute target without a path is served", GET("http://EXAMPLE.com"), 0},
    {"an absolute target without a path may have a query", GET("http://example.com?a"), 0},
    {"an absolute target with an empty port names the same Host", GET("http://example.com:/a"), 0},
    {"an absolute target names a Host with an empty port", "GET http://a/ HTTP/1.1\r\nHost: a:\r\n\r\n", 0},
    {"an absolute target that names another host is refused", GET("http://example.org/a"), 400},
    {"an absolute target that names another port is refused", GET("http://example.com:81/a"), 400},
    {"an absolute target with a user is refused", GET("http://user@example.com/a"), 400},
    {"an absolute target of another scheme is refused", GET("ftp://example.com/a"), 400},
    {"an absolute target without a host is refused", GET("http:///a"), 400},
    {"an asterisk is for OPTIONS only", REQUEST_LINE("GET * HTTP/1.1"), 400},
    {"OPTIONS takes an asterisk", REQUEST_LINE("OPTIONS * HTTP/1.1"), 0},
    {"a target that is a host and a port is refused", REQUEST_LINE("CONNECT example.com:443 HTTP/1.1"), 400},
    {"a target that does not begin with a slash is refused", GET("healthz"), 400},
    {"an empty segment is refused", GET("//a"), 400},
    {"an empty segment further on is refused", GET("/a//b"), 400},
    {"an empty last segment twice is refused", GET("/a//"), 400},
    {"a dot segment is refused", GET("/./a"), 400},
    {"a double dot segment is refused", GET("/a/../b"), 400},
    {"a double dot segment at the end is refused", GET("/a/.."), 400},
    {"a dot segment with a parameter is refused", GET("/a/..;x/b"), 400},
    {"three dots are a name", GET("/..."), 0},
    {"an encoded dot is refused", GET("/%2e%2e/a"), 400},
    {"an encoded dot beside a plain one is refused", GET("/.%2E/a"), 400},
    {"an encoded slash is refused", GET("/a%2Fb"), 400},
    {"an encoded backslash is refused", GET("/a%5Cb"), 400},
    {"a backslash is refused", GET("/a\\b"), 400},
    {"an encoded NUL is refused", GET("/a%00"), 400},
    {"an encoded line end is refused", GET("/a%0d%0aX-A:b"), 400},
    {"a percent sign encoded twice is refused", GET("/%252e"), 400},
    {"an encoded letter is refused", GET("/%68ealthz"), 400},
    {"a broken percent-encoding is refused", GET("/%zz"), 400},
    {"half a percent-encoding is refused", GET("/a%2"), 400},
    {"a lonely percent sign is refused", GET("/a%"), 400},
    {"an encoded space is served", GET("/a%20b"), 0},
    {"encoded UTF-8 is served", GET("/caf%C3%A9"), 0},
    {"an overlong encoding is refused", GET("/%c0%ae"), 400},
    {"half a UTF-8 sequence is refused", GET("/%C3"), 400},
    {"an encoded surrogate is refused", GET("/%ED%A0%80"), 400},
    {"a byte over 127 in the path is refused", GET("/caf\xC3\xA9"), 400},
    {"a fragment is refused", GET("/a#b"), 400},
    {"a quote in the path is refused", GET("/\"a"), 400},
    {"a brace in the path is refused", GET("/{id}"), 400},
    {"a broken percent-encoding in the query is refused", GET("/a?b=%g1"), 400},
    {"a control byte in the query is refused", GET("/a?b=\x1F"), 400},
    {"a zero and an encoded percent sign in the query are served", GET("/a?b=%30%2500"), 0},

    {"a length is served", POST_WITH("Content-Length: 3\r\n"), 0},
    {"a length of nothing is served", POST_WITH("Content-Length: 0\r\n"), 0},
    {"POST without a length is refused", POST_WITH(""), 411},
    {"PATCH without a length is refused", "PATCH / HTTP/1.1\r\n" HOST "\r\n", 411},
    {"DELETE without a length is served", "DELETE / HTTP/1.1\r\n" HOST "\r\n", 0},
    {"two different lengths are refused", POST_WITH("Content-Length: 3\r\nContent-Length: 4\r\n"), 400},
    {"the same length twice is refused", POST_WITH("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
    {"a list of lengths is refused", POST_WITH("Content-Length: 3,3\r\n"), 400},
    {"a length with a plus is refused", POST_WITH("Content-Length: +3\r\n"), 400},
    {"a negative length is refused", POST_WITH("Content-Length: -1\r\n"), 400},
    {"a hexadecimal length is refused", POST_WITH("Content-Length: 0x3\r\n"), 400},
    {"a length with a point is refused", POST_WITH("Content-Length: 3.0\r\n"), 400},
    {"an empty length is refused", POST_WITH("Content-Length:\r\n"), 400},
    {"a length with a space in it is refused", POST_WITH("Content-Length: 3 3\r\n"), 400},
    {"a quoted length is refused", POST_WITH("Content-Length: \"3\"\r\n"), 400},
    {"a length over 64 bits is refused", POST_WITH("Content-Length: 18446744073709551619\r\n"), 400},
    {"a length over 63 bits is refused", POST_WITH("Content-Length: 9223372036854775808\r\n"), 400},
    {"a length of 100 digits is refused",
     POST_WITH(
         "Content-Length: 1111111111111111111111111111111111111111111111111111111111111111111111111111111111\r\n"),
     400},
    {"a chunked request is asked for its length", POST_WITH("Transfer-Encoding: chunked\r\n"), 411},
    {"chunked in capitals is chunked", POST_WITH("Transfer-Encoding: CHUNKED\r\n"), 411},
    {"a chunked GET is asked for its length", GET_WITH("Transfer-Encoding: chunked\r\n"), 411},
    {"compressed and chunked is chunked", POST_WITH("Transfer-Encoding: gzip, chunked\r\n"), 411},
    {"an encoding that does not end chunked is refused", POST_WITH("Transfer-Encoding: chunked, gzip\r\n"), 400},
    {"an unknown encoding is refused", POST_WITH("Transfer-Encoding: xchunked\r\n"), 400},
    {"the identity encoding is refused", POST_WITH("Transfer-Encoding: identity\r\n"), 400},
    {"an empty encoding is refused", POST_WITH("Transfer-Encoding:\r\n"), 400},
    {"two encodings are refused", POST_WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"an encoding beside a length is refused", POST_WITH("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"a length behind an encoding is refused", POST_WITH("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400},
    {"an encoding with a space before its colon is refused", POST_WITH("Transfer-Encoding : chunked\r\n"), 400},
    {"an encoding on HTTP/1.0 is refused", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},

    {"100-continue is served", POST_WITH("Content-Length: 3\r\nExpect: 100-Continue\r\n"), 0},
    {"another expectation is refused", POST_WITH("Content-Length: 3\r\nExpect: 200-ok\r\n"), 417},
    {"an expectation on HTTP/1.0 is ignored", "POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: x\r\n\r\n", 0},
};

static enum http_parse_result parse(struct http_head *head, const char *bytes, size_t length)
{
    http_head_init(head);
    return http_parse_head(head, bytes, length);
}

static void test_each_rule_decides_as_its_title_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_head head;
        enum http_parse_result result = parse(&head, rows[i].bytes, strlen(rows[i].bytes));
        int status = result == HTTP_PARSE_REFUSED ? head.refused_status : 0;
        if (result == HTTP_PARSE_MORE || status != rows[i].status)
            fail_msg("%s: got result %d, status %d (%s)", rows[i].rule, (int)result, status,
                     status != 0 ? head.refused_reason : "");
        if (result == HTTP_PARSE_COMPLETE)
            assert_int_equal(head.head_bytes, strlen(rows[i].bytes));
        else
            assert_non_null(head.refused_code);
    }
}

/* Compares what callers may read. */
static void assert_same_result(const char *rule, enum http_parse_result one, const struct http_head *left,
                               enum http_parse_result other, const struct http_head *right)
{
    bool same = one == other && left->refused_status == right->refused_status &&
                left->refused_reason == right->refused_reason && left->head_bytes == right->head_bytes &&
                left->field_count == right->field_count && left->content_length == right->content_length &&
                left->close == right->close && left->expect_continue == right->expect_continue &&
                memcmp(left->fields, right->fields, left->field_count * sizeof(left->fields[0])) == 0;
    if (!same)
        fail_msg("%s: a split changes the result", rule);
}

static void test_no_split_changes_a_result(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t length = strlen(rows[i].bytes);
        struct http_head whole;
        enum http_parse_result expected = parse(&whole, rows[i].bytes, length);
        for (size_t split = 0; split <= length; split++) {
            struct http_head head;
            enum http_parse_result result = parse(&head, rows[i].bytes, split);
            if (result == HTTP_PARSE_MORE)
                result = http_parse_head(&head, rows[i].bytes, length);
            assert_same_result(rows[i].rule, expected, &whole, result, &head);
        }
    }
}

static void test_a_request_byte_by_byte_in_a_moving_buffer_gives_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t length = strlen(rows[i].bytes);
        struct http_head whole;
        enum http_parse_result expected = parse(&whole, rows[i].bytes, length);
        struct http_head head;
        http_head_init(&head);
        enum http_parse_result result = HTTP_PARSE_MORE;
        for (size_t arrived = 1; arrived <= length && result == HTTP_PARSE_MORE; arrived++) {
            /* Exactly as long as what has arrived, so that ASan sees a read beyond. */
            char *copy = malloc(arrived);
            assert_non_null(copy);
            memcpy(copy, rows[i].bytes, arrived);
            result = http_parse_head(&head, copy, arrived);
            free(copy);
        }
        assert_same_result(rows[i].rule, expected, &whole, result, &head);
    }
}

static void test_a_nul_byte_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    static const char request[] = "POST /a?b HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\n";
    for (size_t i = 0; i < sizeof(request) - 1; i++) {
        char bytes[sizeof(request)];
        memcpy(bytes, request, sizeof(request));
        bytes[i] = '\0';
        struct http_head head;
        assert_int_equal(parse(&head, bytes, sizeof(request) - 1), HTTP_PARSE_REFUSED);
        assert_int_equal(head.refused_status, 400);
    }
}

static size_t write_many_headers(char *out, size_t bytes, int count)
{
    size_t length = (size_t)snprintf(out, bytes, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 1; i < count; i++)
        length += (size_t)snprintf(out + length, bytes - length, "X-%d: a\r\n", i);
    length += (size_t)snprintf(out + length, bytes - length, "\r\n");
    return length;
}

static void test_a_hundred_headers_are_served_and_one_more_is_refused(void **state)
{
    (void)state;
    char bytes[4096];
    struct http_head head;
    assert_int_equal(parse(&head, bytes, write_many_headers(bytes, sizeof(bytes), 100)), HTTP_PARSE_COMPLETE);
    assert_int_equal(head.field_count, 100);
    assert_int_equal(parse(&head, bytes, write_many_headers(bytes, sizeof(bytes), 101)), HTTP_PARSE_REFUSED);
    assert_int_equal(head.refused_status, 431);
}

static void test_a_head_of_exactly_the_limit_is_served_and_one_byte_more_is_refused(void **state)
{
    (void)state;
    static const char start[] = "GET / HTTP/1.1\r\n" HOST "X-A: ";
    for (size_t more = 0; more <= 1; more++) {
        size_t length = HTTP_HEAD_BYTES_MAX + more;
        char *bytes = malloc(length);
        assert_non_null(bytes);
        memset(bytes, 'a', length);
        memcpy(bytes, start, sizeof(start) - 1);
        memcpy(bytes + length - 4, "\r\n\r\n", 4);
        struct http_head head;
        assert_int_equal(parse(&head, bytes, length), more == 0 ? HTTP_PARSE_COMPLETE : HTTP_PARSE_REFUSED);
        assert_int_equal(head.refused_status, more == 0 ? 0 : 431);
        free(bytes);
    }
}

static void assert_span(const char *bytes, struct http_span span, const char *text)
{
    assert_int_equal(span.length, strlen(text));
    assert_memory_equal(bytes + span.offset, text, span.length);
}

static void test_a_complete_head_says_what_stood_there(void **state)
{
    (void)state;
    static const char bytes[] = "PATCH /caf%C3%A9?x=%20 HTTP/1.1\r\nhOsT: example.com\r\nX-A:  b c \r\n"
                                "Connection: keep-alive , CLOSE\r\nContent-Length: 007\r\n"
                                "Expect: 100-continue\r\n\r\nbody follows";
    struct http_head head;
    assert_int_equal(parse(&head, bytes, sizeof(bytes) - 1), HTTP_PARSE_COMPLETE);
    assert_int_equal(head.method, HTTP_PATCH);
    assert_span(bytes, head.path, "/caf%C3%A9");
    assert_span(bytes, head.query, "x=%20");
    assert_int_equal(head.version_minor, 1);
    assert_int_equal(head.field_count, 5);
    assert_span(bytes, head.fields[0].name, "hOsT");
    assert_span(bytes, head.fields[1].value, "b c");
    assert_true(head.has_content_length);
    assert_int_equal(head.content_length, 7);
    assert_true(head.close);
    assert_true(head.expect_continue);
    assert_string_equal(bytes + head.head_bytes, "body follows");

    char path[16];
    http_decode_path(bytes + head.path.offset, head.path.length, path);
    assert_string_equal(path, "/caf\xC3\xA9");
}

static void test_http_1_0_closes_and_http_1_1_keeps_open(void **state)
{
    (void)state;
    struct http_head head;
    static const char old[] = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    assert_int_equal(parse(&head, old, sizeof(old) - 1), HTTP_PARSE_COMPLETE);
    assert_true(head.close);
    static const char now[] = GET_WITH("Connection: closed\r\n");
    assert_int_equal(parse(&head, now, sizeof(now) - 1), HTTP_PARSE_COMPLETE);
    assert_false(head.close);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_rule_decides_as_its_title_says),
        cmocka_unit_test(test_no_split_changes_a_result),
        cmocka_unit_test(test_a_request_byte_by_byte_in_a_moving_buffer_gives_the_same),
        cmocka_unit_test(test_a_nul_byte_is_refused_wherever_it_stands),
        cmocka_unit_test(test_a_hundred_headers_are_served_and_one_more_is_refused),
        cmocka_unit_test(test_a_head_of_exactly_the_limit_is_served_and_one_byte_more_is_refused),
        cmocka_unit_test(test_a_complete_head_says_what_stood_there),
        cmocka_unit_test(test_http_1_0_closes_and_http_1_1_keeps_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
