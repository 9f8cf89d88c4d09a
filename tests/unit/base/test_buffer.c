/* Tests of base/buffer.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/buffer.h"

static void a_new_buffer_is_the_empty_text(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 10);
    assert_string_equal(buffer_text(&buffer), "");
    assert_int_equal(buffer.length, 0);
    buffer_append(&buffer, NULL, 0);
    assert_string_equal(buffer_text(&buffer), "");
    assert_false(buffer.overflowed);
    buffer_release(&buffer);
}

static void what_is_appended_stands_there_and_a_nul_follows(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100);
    buffer_append_text(&buffer, "order ");
    buffer_append_format(&buffer, "%d is %s", 7, "held");
    buffer_append(&buffer, "\0!", 2);
    assert_int_equal(buffer.length, strlen("order 7 is held") + 2);
    assert_memory_equal(buffer.data, "order 7 is held\0!", buffer.length + 1);
    buffer_release(&buffer);
}

static void what_html_would_take_for_its_own_is_escaped(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100);
    buffer_append_html(&buffer, "<b> \"'&amp; \xC3\xA9 and what is left", strlen("<b> \"'&amp; \xC3\xA9"));
    assert_string_equal(buffer_text(&buffer), "&lt;b&gt; &quot;&#39;&amp;amp; \xC3\xA9");
    buffer_release(&buffer);
}

static void a_buffer_fills_up_to_its_bound_exactly(void **state)
{
    (void)state;
    for (size_t bytes_max = 0; bytes_max < 1100; bytes_max++) {
        struct buffer buffer;
        buffer_init(&buffer, bytes_max);
        for (size_t i = 0; i < bytes_max; i++)
            buffer_append(&buffer, "x", 1);
        assert_false(buffer.overflowed);
        assert_int_equal(strlen(buffer_text(&buffer)), bytes_max);
        buffer_append(&buffer, "x", 1);
        assert_true(buffer.overflowed);
        assert_int_equal(buffer.length, bytes_max);
        buffer_release(&buffer);
    }
}

static void an_append_that_does_not_fit_is_dropped_whole_and_so_is_what_follows(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 8);
    buffer_append_text(&buffer, "12345");
    buffer_append_text(&buffer, "6789");
    assert_true(buffer.overflowed);
    assert_string_equal(buffer_text(&buffer), "12345");
    buffer_append_text(&buffer, "6");
    buffer_append_format(&buffer, "%d", 6);
    buffer_append(&buffer, "", 0);
    assert_string_equal(buffer_text(&buffer), "12345");
    assert_true(buffer.overflowed);
    buffer_release(&buffer);

    buffer_init(&buffer, 8);
    buffer_append_format(&buffer, "%9d", 1);
    assert_true(buffer.overflowed);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_append(&buffer, "x", SIZE_MAX);
    assert_int_equal(buffer.length, 0);
    buffer_release(&buffer);
}

static void a_cleared_buffer_can_be_filled_again(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 4);
    buffer_append_text(&buffer, "12345");
    buffer_clear(&buffer);
    assert_false(buffer.overflowed);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_append_text(&buffer, "1234");
    assert_string_equal(buffer_text(&buffer), "1234");
    buffer_clear(&buffer);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_release(&buffer);
}

static void growing_keeps_what_was_there(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 1000000);
    for (int i = 0; i < 100000; i++)
        buffer_append_format(&buffer, "%09d\n", i);
    assert_int_equal(buffer.length, 1000000);
    assert_false(buffer.overflowed);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(strtol(buffer.data + (size_t)i * 10, NULL, 10), i);
    buffer_release(&buffer);
}

static void a_released_buffer_can_be_used_again_and_released_twice(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100);
    buffer_append_text(&buffer, "sample");
    buffer_release(&buffer);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_release(&buffer);
    buffer_append_text(&buffer, "again");
    assert_string_equal(buffer_text(&buffer), "again");
    buffer_release(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_buffer_is_the_empty_text),
        cmocka_unit_test(what_is_appended_stands_there_and_a_nul_follows),
        cmocka_unit_test(what_html_would_take_for_its_own_is_escaped),
        cmocka_unit_test(a_buffer_fills_up_to_its_bound_exactly),
        cmocka_unit_test(an_append_that_does_not_fit_is_dropped_whole_and_so_is_what_follows),
        cmocka_unit_test(a_cleared_buffer_can_be_filled_again),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(a_released_buffer_can_be_used_again_and_released_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
