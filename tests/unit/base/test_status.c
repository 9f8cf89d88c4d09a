/* Tests of base/status.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/status.h"

static void a_failure_is_filled_in_and_its_status_returned(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(error_set(&error, STATUS_CONFLICT, "order_open", "order %d is %s", 7, "open"), STATUS_CONFLICT);
    assert_int_equal(error.status, STATUS_CONFLICT);
    assert_string_equal(error.code, "order_open");
    assert_string_equal(error.field, "");
    assert_string_equal(error.detail, "order 7 is open");
    assert_int_equal(error_set_field(&error, STATUS_INVALID, "range", "lines[0].quantity", "too small"),
                     STATUS_INVALID);
    assert_string_equal(error.field, "lines[0].quantity");
    assert_string_equal(error.detail, "too small");
    assert_int_equal(error_set(&error, STATUS_BUSY, "busy", "busy"), STATUS_BUSY);
    assert_string_equal(error.field, "");
}

static void a_caller_without_an_error_gets_the_status_all_the_same(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, STATUS_NOT_FOUND, "not_found", "none"), STATUS_NOT_FOUND);
    assert_int_equal(error_set_field(NULL, STATUS_INVALID, "type", "email", "none"), STATUS_INVALID);
}

static void texts_that_do_not_fit_are_cut(void **state)
{
    (void)state;
    char longer[400];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    struct error error;
    error_set_field(&error, STATUS_INVALID, longer, longer, "%s", longer);
    assert_int_equal(strlen(error.code), ERROR_CODE_BYTES - 1);
    assert_int_equal(strlen(error.field), ERROR_FIELD_BYTES - 1);
    assert_int_equal(strlen(error.detail), ERROR_DETAIL_BYTES - 1);
}

/* `count` letters and then this character, which the cut may fall into. */
static size_t detail_length_of(int count, const char *character)
{
    struct error error;
    error_set(&error, STATUS_INVALID, "x", "%.*s%s%s", count,
              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
              character, character);
    return strlen(error.detail);
}

static void a_cut_never_leaves_part_of_a_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x99\x82"};
    for (size_t i = 0; i < 3; i++) {
        size_t bytes = i + 2;
        for (int count = ERROR_DETAIL_BYTES - 10; count < ERROR_DETAIL_BYTES; count++) {
            size_t room = ERROR_DETAIL_BYTES - 1 - (size_t)count;
            size_t whole = room / bytes < 2 ? room / bytes : 2;
            assert_int_equal(detail_length_of(count, characters[i]), (size_t)count + whole * bytes);
        }
    }
}

static void every_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int left = STATUS_OK; left <= STATUS_INTERNAL; left++) {
        assert_true(strlen(status_name((enum status)left)) > 0);
        for (int right = STATUS_OK; right < left; right++)
            assert_string_not_equal(status_name((enum status)left), status_name((enum status)right));
    }
    assert_string_equal(status_name(STATUS_TOO_LARGE), "too_large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_filled_in_and_its_status_returned),
        cmocka_unit_test(a_caller_without_an_error_gets_the_status_all_the_same),
        cmocka_unit_test(texts_that_do_not_fit_are_cut),
        cmocka_unit_test(a_cut_never_leaves_part_of_a_character),
        cmocka_unit_test(every_status_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
