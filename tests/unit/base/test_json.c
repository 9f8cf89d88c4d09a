/* Tests of base/json.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/json.h"

static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static json_t *object_of(const char *text)
{
    json_t *object;
    struct error error;
    if (json_parse_object(arena, text, strlen(text), &object, &error) != STATUS_OK)
        fail_msg("refused: %s: %s", text, error.detail);
    return object;
}

static struct error refusal_of(const char *text, size_t length)
{
    json_t *value = NULL;
    struct error error = {0};
    if (json_parse(arena, text, length, &value, &error) != STATUS_INVALID)
        fail_msg("accepted: %.*s", (int)length, text);
    assert_null(value);
    assert_string_equal(error.code, "malformed_json");
    assert_int_equal(error.status, STATUS_INVALID);
    return error;
}

static void json_of_any_kind_is_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}", "[]", "\"\"", "1", "-1.5e3", "true", "null", " \t\r\n{\"a\":[1,{}]}\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_t *value;
        assert_int_equal(json_parse(arena, texts[i], strlen(texts[i]), &value, NULL), STATUS_OK);
        assert_non_null(value);
    }
}

static void malformed_json_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "01",
        "+1",
        "1.",
        ".5",
        "0x10",
        "NaN",
        "Infinity",
        "TRUE",
        "\"a",
        "\"\t\"",
        "\"\\x41\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "/* */ 1",
        "99999999999999999999",
        "1e999",
        "\xef\xbb\xbf{}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refusal_of(texts[i], strlen(texts[i]));
}

static void a_key_that_stands_twice_is_refused_at_any_depth(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"a\":1,\"a\":1}", "[{\"b\":{\"a\":1,\"c\":2,\"a\":3}}]",
                                        "{\"a\":1,\"\\u0061\":2}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct error error = refusal_of(texts[i], strlen(texts[i]));
        assert_non_null(strstr(error.detail, "a key stands twice"));
    }
}

static void anything_after_the_value_is_refused(void **state)
{
    (void)state;
    refusal_of("{}{}", 4);
    refusal_of("{} x", 4);
    refusal_of("{}\0", 3);
    refusal_of("1 2", 3);
}

static void nul_and_invalid_utf_8_are_refused(void **state)
{
    (void)state;
    refusal_of("\"a\0b\"", 5);
    refusal_of("\"\\u0000\"", 8);
    refusal_of("{\"a\\u0000b\":1}", 14);
    static const char *const texts[] = {"\"\xff\"",         "\"\xc3\"",         "\"\xc0\xaf\"",
                                        "\"\xed\xa0\x80\"", "\"\xe2\x82\"",     "\"\xf4\x90\x80\x80\"",
                                        "\"\x80\"",         "{\"\xc3\x28\":1}", "\"\xf8\x88\x80\x80\x80\""};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refusal_of(texts[i], strlen(texts[i]));
}

static void an_error_never_quotes_the_input(void **state)
{
    (void)state;
    static const char text[] = "{\"email\": \"canary@example.com\", canary}";
    struct error error = refusal_of(text, strlen(text));
    assert_null(strstr(error.detail, "canary"));
    static const char twice[] = "{\"canary\": 1, \"canary\": 2}";
    error = refusal_of(twice, strlen(twice));
    assert_null(strstr(error.detail, "canary"));
}

static void nesting_is_bounded_and_brackets_in_text_do_not_count(void **state)
{
    (void)state;
    const size_t depth = JSON_DEPTH_MAX;
    char text[3 * JSON_DEPTH_MAX + 100];
    json_t *value;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    assert_int_equal(json_parse(arena, text, 2 * depth, &value, NULL), STATUS_OK);
    memset(text, '[', depth + 1);
    memset(text + depth + 1, ']', depth + 1);
    struct error error = refusal_of(text, 2 * depth + 2);
    assert_non_null(strstr(error.detail, "nested"));

    snprintf(text, sizeof(text), "\"\\\"\\\\%0*d\"", JSON_DEPTH_MAX + 5, 0);
    for (char *zero = text; (zero = strchr(zero, '0')) != NULL;)
        *zero = '{';
    assert_int_equal(json_parse(arena, text, strlen(text), &value, NULL), STATUS_OK);
}

static void only_an_object_will_do_as_a_body(void **state)
{
    (void)state;
    static const char *const texts[] = {"[]", "\"a\"", "1", "null"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_t *object = NULL;
        struct error error;
        assert_int_equal(json_parse_object(arena, texts[i], strlen(texts[i]), &object, &error), STATUS_INVALID);
        assert_string_equal(error.code, "malformed_json");
        assert_null(object);
    }
}

/* What the getters are tried on. */
static const char sample[] = "{\"text\":\"caf\xc3\xa9\",\"empty\":\"\",\"integer\":42,\"real\":42.0,\"large\":"
                             "9223372036854775807,\"yes\":true,\"no\":false,\"nothing\":null,\"object\":{\"a\":1},"
                             "\"array\":[1,2,3]}";

static void assert_fault(enum status status, const struct error *error, const char *code, const char *field)
{
    assert_int_equal(status, STATUS_INVALID);
    assert_int_equal(error->status, STATUS_INVALID);
    assert_string_equal(error->code, code);
    assert_string_equal(error->field, field);
}

static void texts_are_read_within_their_bound(void **state)
{
    (void)state;
    const json_t *object = object_of(sample);
    struct error error;
    const char *text = "before";
    assert_int_equal(json_get_text(object, "", "text", JSON_REQUIRED, 5, &text, &error), STATUS_OK);
    assert_string_equal(text, "caf\xc3\xa9");
    assert_int_equal(json_get_text(object, "", "empty", JSON_REQUIRED, 0, &text, &error), STATUS_OK);
    assert_string_equal(text, "");
    assert_fault(json_get_text(object, "billing.", "text", JSON_OPTIONAL, 4, &text, &error), &error, "length",
                 "billing.text");
    assert_fault(json_get_text(object, "lines[0].", "integer", JSON_OPTIONAL, 9, &text, &error), &error, "type",
                 "lines[0].integer");
    assert_fault(json_get_text(object, "", "nothing", JSON_REQUIRED, 9, &text, &error), &error, "required", "nothing");
    assert_fault(json_get_text(object, "", "absent", JSON_REQUIRED, 9, &text, &error), &error, "required", "absent");
    assert_string_equal(text, "");
    assert_int_equal(json_get_text(object, "", "nothing", JSON_OPTIONAL, 9, &text, &error), STATUS_OK);
    assert_null(text);
    text = "before";
    assert_int_equal(json_get_text(object, "", "absent", JSON_OPTIONAL, 9, &text, &error), STATUS_OK);
    assert_null(text);
}

static void integers_are_read_within_their_range_and_reals_refused(void **state)
{
    (void)state;
    const json_t *object = object_of(sample);
    struct error error;
    int64_t number = 7;
    assert_fault(json_get_integer(object, "", "real", JSON_REQUIRED, 0, 100, &number, &error), &error, "type", "real");
    assert_fault(json_get_integer(object, "", "text", JSON_REQUIRED, 0, 100, &number, &error), &error, "type", "text");
    assert_fault(json_get_integer(object, "", "yes", JSON_REQUIRED, 0, 100, &number, &error), &error, "type", "yes");
    assert_fault(json_get_integer(object, "", "integer", JSON_REQUIRED, 43, 100, &number, &error), &error, "range",
                 "integer");
    assert_fault(json_get_integer(object, "", "integer", JSON_REQUIRED, 0, 41, &number, &error), &error, "range",
                 "integer");
    assert_fault(json_get_integer(object, "a.", "absent", JSON_REQUIRED, 0, 9, &number, &error), &error, "required",
                 "a.absent");
    assert_int_equal(json_get_integer(object, "", "absent", JSON_OPTIONAL, 0, 100, &number, &error), STATUS_OK);
    assert_int_equal(number, 7);
    assert_int_equal(json_get_integer(object, "", "integer", JSON_REQUIRED, 42, 42, &number, &error), STATUS_OK);
    assert_int_equal(number, 42);
    assert_int_equal(json_get_integer(object, "", "large", JSON_REQUIRED, 0, INT64_MAX, &number, &error), STATUS_OK);
    assert_int_equal(number, INT64_MAX);
}

static void booleans_objects_and_arrays_are_read_as_what_they_are(void **state)
{
    (void)state;
    const json_t *object = object_of(sample);
    struct error error;
    bool flag = true;
    json_t *value;
    assert_int_equal(json_get_boolean(object, "", "no", JSON_REQUIRED, &flag, &error), STATUS_OK);
    assert_false(flag);
    assert_int_equal(json_get_boolean(object, "", "yes", JSON_REQUIRED, &flag, &error), STATUS_OK);
    assert_int_equal(json_get_boolean(object, "", "absent", JSON_OPTIONAL, &flag, &error), STATUS_OK);
    assert_true(flag);
    assert_fault(json_get_boolean(object, "", "integer", JSON_REQUIRED, &flag, &error), &error, "type", "integer");

    assert_int_equal(json_get_object(object, "", "object", JSON_REQUIRED, &value, &error), STATUS_OK);
    assert_true(json_is_object(value));
    assert_fault(json_get_object(object, "", "array", JSON_REQUIRED, &value, &error), &error, "type", "array");
    assert_fault(json_get_object(object, "", "nothing", JSON_REQUIRED, &value, &error), &error, "required", "nothing");
    assert_int_equal(json_get_object(object, "", "nothing", JSON_OPTIONAL, &value, &error), STATUS_OK);
    assert_null(value);

    assert_int_equal(json_get_array(object, "", "array", JSON_REQUIRED, 3, &value, &error), STATUS_OK);
    assert_int_equal(json_array_size(value), 3);
    assert_fault(json_get_array(object, "", "array", JSON_REQUIRED, 2, &value, &error), &error, "length", "array");
    assert_fault(json_get_array(object, "", "object", JSON_REQUIRED, 3, &value, &error), &error, "type", "object");
    assert_int_equal(json_get_array(object, "", "absent", JSON_OPTIONAL, 3, &value, &error), STATUS_OK);
    assert_null(value);
}

static void an_unknown_field_is_refused_and_named_only_when_it_is_a_plain_word(void **state)
{
    (void)state;
    static const char *const known[] = {"email", "name", NULL};
    struct error error;
    assert_int_equal(json_refuse_unknown(object_of("{\"name\":1}"), "", known, &error), STATUS_OK);
    assert_int_equal(json_refuse_unknown(object_of("{}"), "", known, &error), STATUS_OK);
    assert_fault(json_refuse_unknown(object_of("{\"name\":1,\"phone\":2}"), "billing.", known, &error), &error,
                 "unknown_field", "billing.phone");
    assert_fault(json_refuse_unknown(object_of("{\"Name\":1}"), "", known, &error), &error, "unknown_field", "Name");
    assert_fault(json_refuse_unknown(object_of("{\"canary@example.com\":1}"), "", known, &error), &error,
                 "unknown_field", "(unnamed)");
    assert_fault(json_refuse_unknown(object_of("{\"\":1}"), "", known, &error), &error, "unknown_field", "(unnamed)");
}

static void what_is_set_is_written_compactly_in_that_order(void **state)
{
    (void)state;
    struct uuid uuid;
    assert_int_equal(uuid_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 36, &uuid), STATUS_OK);
    json_t *object = json_new_object(arena);
    json_t *array = json_new_array(arena);
    json_t *line = json_new_object(arena);
    json_set_text(object, "z", "\xe2\x82\xac \"5\"\n");
    json_set_text(object, "null", NULL);
    json_set_integer(object, "number", INT64_MIN);
    json_set_boolean(object, "yes", true);
    json_set_uuid(object, "id", &uuid);
    json_set_time(object, "at", INT64_C(1795426200000000));
    json_set_time(object, "never", 0);
    json_set_money(object, "total", 12100, "EUR");
    json_set_integer(line, "quantity", 1);
    json_append_value(array, line);
    json_set_value(object, "lines", array);
    json_set_value(object, "payment", NULL);
    size_t length;
    const char *text = json_write(arena, object, &length);
    assert_string_equal(text, "{\"z\":\"\xe2\x82\xac \\\"5\\\"\\n\",\"null\":null,\"number\":-9223372036854775808,"
                              "\"yes\":true,\"id\":\"017f22e2-79b0-7cc3-98c4-dc0c0c07398f\","
                              "\"at\":\"2026-11-23T09:30:00Z\",\"never\":null,"
                              "\"total\":{\"amount\":12100,\"currency\":\"EUR\"},\"lines\":[{\"quantity\":1}],"
                              "\"payment\":null}");
    assert_int_equal(length, strlen(text));
}

static void texts_of_every_length_are_written_whole(void **state)
{
    (void)state;
    static char expected[10016];
    for (size_t count = 0; count<10000; count += count> 4000 && count < 4200 ? 1 : 97) {
        char letters[10001] = "";
        memset(letters, 'x', count);
        json_t *object = json_new_object(arena);
        json_set_text(object, "a", letters);
        snprintf(expected, sizeof(expected), "{\"a\":\"%s\"}", letters);
        size_t length;
        const char *written = json_write(arena, object, &length);
        assert_string_equal(written, expected);
        assert_int_equal(length, strlen(expected));
    }
}

static void canonical_text_does_not_depend_on_the_order_of_keys(void **state)
{
    (void)state;
    const char *left = json_write_canonical(arena, object_of("{\"b\":{\"d\":1,\"c\":2},\"a\":[3]}"), NULL);
    const char *right = json_write_canonical(arena, object_of("{\"a\": [3], \"b\": {\"c\": 2, \"d\": 1}}"), NULL);
    assert_string_equal(left, "{\"a\":[3],\"b\":{\"c\":2,\"d\":1}}");
    assert_string_equal(left, right);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(json_of_any_kind_is_read),
        TEST(malformed_json_is_refused),
        TEST(a_key_that_stands_twice_is_refused_at_any_depth),
        TEST(anything_after_the_value_is_refused),
        TEST(nul_and_invalid_utf_8_are_refused),
        TEST(an_error_never_quotes_the_input),
        TEST(nesting_is_bounded_and_brackets_in_text_do_not_count),
        TEST(only_an_object_will_do_as_a_body),
        TEST(texts_are_read_within_their_bound),
        TEST(integers_are_read_within_their_range_and_reals_refused),
        TEST(booleans_objects_and_arrays_are_read_as_what_they_are),
        TEST(an_unknown_field_is_refused_and_named_only_when_it_is_a_plain_word),
        TEST(what_is_set_is_written_compactly_in_that_order),
        TEST(texts_of_every_length_are_written_whole),
        TEST(canonical_text_does_not_depend_on_the_order_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
