/* The rules of http/router.h and http/problem.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "akkoord/http/problem.h"
#include "akkoord/http/router.h"

static const struct http_route routes[] = {
    {HTTP_GET, "/healthz", NULL, NULL, 0},
    {HTTP_GET, "/v1/orders/{id}", NULL, NULL, 0},
    {HTTP_GET, "/v1/orders/export", NULL, NULL, 0},
    {HTTP_POST, "/v1/orders/{id}/cancel", NULL, NULL, 0},
    {HTTP_GET, "/v1/orders/{id}/invoice.pdf", NULL, NULL, 0},
    {HTTP_GET, "/v1/invoices/{number}.xml", NULL, NULL, 0},
    {HTTP_GET, "/v1/invoices/{number}.cii.xml", NULL, NULL, 0},
    {HTTP_GET, "/v1/me", NULL, NULL, 0},
    {HTTP_PATCH, "/v1/me", NULL, NULL, 0},
    {HTTP_DELETE, "/v1/me", NULL, NULL, 0},
    {HTTP_GET, "/a/{x}/b/{y}", NULL, NULL, 0},
};

static enum http_match_result find(enum http_method method, const char *path, struct http_match *match)
{
    return http_route_match(routes, sizeof(routes) / sizeof(routes[0]), method, path, match);
}

static void assert_found(enum http_method method, const char *path, const char *pattern, const char *value)
{
    struct http_match match;
    assert_int_equal(find(method, path, &match), HTTP_MATCH_FOUND);
    assert_string_equal(match.route->pattern, pattern);
    if (value == NULL) {
        assert_int_equal(match.parameter_count, 0);
        return;
    }
    assert_int_equal(match.parameters[0].value_length, strlen(value));
    assert_memory_equal(match.parameters[0].value, value, strlen(value));
}

static void test_the_closest_pattern_wins_whatever_the_order(void **state)
{
    (void)state;
    assert_found(HTTP_GET, "/healthz", "/healthz", NULL);
    assert_found(HTTP_GET, "/v1/orders/42", "/v1/orders/{id}", "42");
    assert_found(HTTP_GET, "/v1/orders/export", "/v1/orders/export", NULL);
    assert_found(HTTP_GET, "/v1/orders/42/invoice.pdf", "/v1/orders/{id}/invoice.pdf", "42");
    assert_found(HTTP_GET, "/v1/invoices/2026-000001.xml", "/v1/invoices/{number}.xml", "2026-000001");
    assert_found(HTTP_GET, "/v1/invoices/2026-000001.cii.xml", "/v1/invoices/{number}.cii.xml", "2026-000001");
}

static void test_every_parameter_is_found_under_its_name(void **state)
{
    (void)state;
    struct http_match match;
    assert_int_equal(find(HTTP_GET, "/a/1/b/22", &match), HTTP_MATCH_FOUND);
    assert_int_equal(match.parameter_count, 2);
    assert_memory_equal(match.parameters[1].name, "y", match.parameters[1].name_length);
    assert_memory_equal(match.parameters[1].value, "22", match.parameters[1].value_length);
}

static void test_a_path_that_no_pattern_fits_is_not_found(void **state)
{
    (void)state;
    static const char *const paths[] = {"/",
                                        "/healthz/",
                                        "/healthzz",
                                        "/health",
                                        "/HEALTHZ",
                                        "/v1",
                                        "/v1/orders/",
                                        "/v1/orders/42/",
                                        "/v1/orders/42/cancel/x",
                                        "/v1/invoices/.xml",
                                        "/v1/invoices/2026-000001",
                                        "*"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct http_match match;
        if (find(HTTP_GET, paths[i], &match) != HTTP_MATCH_NO_PATH)
            fail_msg("%s was found", paths[i]);
    }
}

static void test_another_method_is_told_which_are_allowed(void **state)
{
    (void)state;
    struct http_match match;
    assert_int_equal(find(HTTP_POST, "/v1/me", &match), HTTP_MATCH_NO_METHOD);
    assert_string_equal(match.allow, "GET, HEAD, PATCH, DELETE, OPTIONS");
    assert_int_equal(find(HTTP_METHOD_OTHER, "/healthz", &match), HTTP_MATCH_NO_METHOD);
    assert_int_equal(find(HTTP_HEAD, "/v1/orders/42/cancel", &match), HTTP_MATCH_NO_METHOD);
    assert_string_equal(match.allow, "POST, OPTIONS");
}

static void test_head_is_served_by_the_route_of_get(void **state)
{
    (void)state;
    assert_found(HTTP_HEAD, "/healthz", "/healthz", NULL);
}

static void assert_problem(enum status status, const char *code, int expected, const char *text)
{
    struct arena *arena = arena_new();
    struct error error;
    (void)error_set_field(&error, status, code, "lines[0].sku", "says \"why\"");
    struct http_answer answer = http_problem_from_error(arena, &error);
    assert_int_equal(answer.status, expected);
    assert_string_equal(answer.content_type, "application/problem+json");
    assert_int_equal(answer.body_length, strlen(answer.body));
    if (strstr(answer.body, text) == NULL)
        fail_msg("%s does not hold %s", answer.body, text);
    arena_free(arena);
}

static void test_an_error_becomes_the_problem_of_its_class(void **state)
{
    (void)state;
    assert_problem(STATUS_INVALID, "malformed_json", 400, "\"code\":\"malformed_json\"");
    assert_problem(STATUS_INVALID, "range", 422, "\"code\":\"validation\"");
    assert_problem(STATUS_INVALID, "range", 422,
                   "\"errors\":[{\"field\":\"lines[0].sku\",\"code\":\"range\",\"detail\":\"says \\\"why\\\"\"}]");
    assert_problem(STATUS_UNAUTHENTICATED, "", 401, "\"code\":\"unauthenticated\"");
    assert_problem(STATUS_FORBIDDEN, "", 403, "\"code\":\"forbidden\"");
    assert_problem(STATUS_NOT_FOUND, "", 404, "\"code\":\"not_found\"");
    assert_problem(STATUS_CONFLICT, "email_taken", 409, "\"code\":\"email_taken\"");
    assert_problem(STATUS_TOO_LARGE, "", 413, "\"code\":\"content_too_large\"");
    assert_problem(STATUS_BUSY, "", 503, "\"status\":503");
    assert_problem(STATUS_UNAVAILABLE, "", 503, "\"title\":\"Service Unavailable\"");
}

static void test_an_internal_error_keeps_its_code_and_detail_inside(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct error error;
    (void)error_set(&error, STATUS_INTERNAL, "inner_secret", "outer secret");
    struct http_answer answer = http_problem_from_error(arena, &error);
    assert_int_equal(answer.status, 500);
    assert_null(strstr(answer.body, "secret"));
    arena_free(arena);
}

static void test_whoever_must_wait_is_told_how_long(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct http_answer answer = http_problem(arena, 503, "unavailable", NULL);
    assert_string_equal(answer.headers[0].name, "Retry-After");
    answer = http_problem_retry(arena, 429, "rate_limited", "too often", 60);
    assert_string_equal(answer.headers[0].value, "60");
    answer = http_problem(arena, 401, "unauthenticated", NULL);
    assert_string_equal(answer.headers[0].name, "WWW-Authenticate");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_closest_pattern_wins_whatever_the_order),
        cmocka_unit_test(test_every_parameter_is_found_under_its_name),
        cmocka_unit_test(test_a_path_that_no_pattern_fits_is_not_found),
        cmocka_unit_test(test_another_method_is_told_which_are_allowed),
        cmocka_unit_test(test_head_is_served_by_the_route_of_get),
        cmocka_unit_test(test_an_error_becomes_the_problem_of_its_class),
        cmocka_unit_test(test_an_internal_error_keeps_its_code_and_detail_inside),
        cmocka_unit_test(test_whoever_must_wait_is_told_how_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
