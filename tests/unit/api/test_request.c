/* Tests of what handlers read from a request: lists' places, tokens, the preferred language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/api/call.h"
#include "akkoord/api/services.h"

static struct arena *arena;

static enum status read_page(const char *query, struct api_page *page, struct error *error)
{
    const struct http_request request = {.query = query};
    struct api_call call = {.arena = arena, .request = &request};
    return api_call_page(&call, page, error);
}

static void test_a_list_begins_at_the_top(void **state)
{
    (void)state;
    struct api_page page;
    struct error error = {0};
    assert_int_equal(read_page("", &page, &error), STATUS_OK);
    assert_int_equal(page.limit, API_LIMIT_DEFAULT);
    assert_int_equal(page.after_us, 0);
    assert_true(uuid_is_nil(&page.after_id));
}

static void test_a_cursor_reads_back(void **state)
{
    (void)state;
    static const int64_t times[] = {0, 1, INT64_C(1795000000123456), INT64_MAX};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct uuid id = uuid_new();
        struct api_page page;
        struct error error = {0};
        const char *query = arena_format(arena, "limit=7&after=%s", api_cursor(arena, times[i], &id));
        assert_int_equal(read_page(query, &page, &error), STATUS_OK);
        assert_int_equal(page.limit, 7);
        assert_int_equal(page.after_us, times[i]);
        assert_true(uuid_equal(&page.after_id, &id));
    }
}

static void test_other_places_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *query, *field;
    } cases[] = {
        {"limit=0", "limit"},
        {"limit=101", "limit"},
        {"limit=", "limit"},
        {"limit=-1", "limit"},
        {"limit=1e1", "limit"},
        {"limit=5&limit=5", "limit"},
        {"limit=0010", "limit"},
        {"limit=99999999999999999999", "limit"},
        {"after=", "after"},
        {"after=x", "after"},
        {"after=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after"},
        {"after=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after"},
        {"after=%2F%2F%2F%2FAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct api_page page;
        struct error error = {0};
        if (read_page(cases[i].query, &page, &error) != STATUS_INVALID)
            fail_msg("took %s", cases[i].query);
        assert_string_equal(error.field, cases[i].field);
    }
}

static const char *token_of(const char *authorization)
{
    const struct http_header headers[] = {{"authorization", authorization}, {"Authorization", authorization}};
    const struct http_request once = {.headers = headers, .header_count = 1};
    const struct http_request twice = {.headers = headers, .header_count = 2};
    const struct api_call call_once = {.arena = arena, .request = &once};
    const struct api_call call_twice = {.arena = arena, .request = &twice};
    size_t length = 0;
    assert_null(api_call_token(&call_twice, &length));
    const char *token = api_call_token(&call_once, &length);
    if (token != NULL)
        assert_int_equal(length, strlen(token));
    return token;
}

static void test_tokens(void **state)
{
    (void)state;
    assert_string_equal(token_of("Bearer abc"), "abc");
    assert_string_equal(token_of("bearer  abc"), "abc");
    assert_string_equal(token_of("Bearer "), "");
    assert_null(token_of("Basic abc"));
    assert_null(token_of("Bearerabc"));
    assert_null(token_of(""));
}

static void test_preferred_language(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        enum language language;
    } cases[] = {
        {NULL, LANGUAGE_NL},
        {"", LANGUAGE_NL},
        {"*", LANGUAGE_NL},
        {"de", LANGUAGE_NL},
        {"en", LANGUAGE_EN},
        {"EN-gb", LANGUAGE_EN},
        {"eng", LANGUAGE_NL},
        {"nl, en", LANGUAGE_NL},
        {"en, nl", LANGUAGE_EN},
        {"nl;q=0.5, en;q=0.8", LANGUAGE_EN},
        {"nl;q=0.85,en;q=0.8", LANGUAGE_NL},
        {"en;q=0", LANGUAGE_NL},
        {"en;q=0.001", LANGUAGE_EN},
        {"de-DE,de;q=0.9, en ; q=0.5", LANGUAGE_EN},
        {"en;q=", LANGUAGE_NL},
        {"en;q=9", LANGUAGE_NL},
        {",,;,en", LANGUAGE_EN},
        {"en;level=1", LANGUAGE_NL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (api_preferred_language(cases[i].field) != cases[i].language)
            fail_msg("wrong for %s", cases[i].field);
    }
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"a list begins at the top, fifty items a page", test_a_list_begins_at_the_top, NULL, NULL, NULL},
        {"a cursor reads back as the place it was made for", test_a_cursor_reads_back, NULL, NULL, NULL},
        {"a limit outside 1 to 100 and a cursor of another make are refused", test_other_places_are_refused, NULL, NULL,
         NULL},
        {"a token comes once, after the word Bearer in any case", test_tokens, NULL, NULL, NULL},
        {"the language with the highest weight wins, and Dutch when none is asked for", test_preferred_language, NULL,
         NULL, NULL},
    };
    return cmocka_run_group_tests_name("api/request", tests, set_up, tear_down);
}
