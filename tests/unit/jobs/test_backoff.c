/* How long a job that failed waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/jobs/backoff.h"

static const struct backoff doubling = {.attempts_max = 5, .first_us = 1000, .pause_max_us = 6000};

static void pauses_double_up_to_the_longest(void **state)
{
    (void)state;
    assert_int_equal(backoff_pause_us(&doubling, 1, UINT32_MAX), 1000);
    assert_int_equal(backoff_pause_us(&doubling, 2, UINT32_MAX), 2000);
    assert_int_equal(backoff_pause_us(&doubling, 3, UINT32_MAX), 4000);
    assert_int_equal(backoff_pause_us(&doubling, 4, UINT32_MAX), 6000);
}

static void half_of_a_pause_is_random(void **state)
{
    (void)state;
    assert_int_equal(backoff_pause_us(&doubling, 2, 0), 1000);
    assert_in_range(backoff_pause_us(&doubling, 2, UINT32_MAX / 2), 1499, 1500);
}

static void after_the_last_attempt_there_is_no_pause(void **state)
{
    (void)state;
    assert_int_equal(backoff_pause_us(&doubling, 5, UINT32_MAX), 0);
    assert_int_equal(backoff_pause_us(&doubling, 6, UINT32_MAX), 0);
}

static void many_attempts_and_long_pauses_do_not_overflow(void **state)
{
    (void)state;
    const struct backoff longest = {.attempts_max = INT64_MAX, .first_us = 1, .pause_max_us = INT64_MAX / 2};
    assert_int_equal(backoff_pause_us(&longest, 200, UINT32_MAX), INT64_MAX / 2);
    assert_int_equal(backoff_pause_us(&longest, 200, 0), INT64_MAX / 2 - INT64_MAX / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_double_up_to_the_longest),
        cmocka_unit_test(half_of_a_pause_is_random),
        cmocka_unit_test(after_the_last_attempt_there_is_no_pause),
        cmocka_unit_test(many_attempts_and_long_pauses_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
