/* Tests of base/rate_limit.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/rate_limit.h"

#define START_US INT64_C(5000000)

static int take_at(struct rate_limit *limit, const char *key, int64_t now_us)
{
    return rate_limit_take_at(limit, key, strlen(key), now_us);
}

static void so_many_go_in_a_period_and_the_next_is_told_when(void **state)
{
    (void)state;
    struct rate_limit *limit = rate_limit_new(10, 60);
    for (int i = 0; i < 10; i++)
        assert_int_equal(take_at(limit, "a", START_US + i * CLOCK_US_PER_SECOND), 0);
    /* One second after the tenth: the first was ten seconds ago. */
    assert_int_equal(take_at(limit, "a", START_US + 10 * CLOCK_US_PER_SECOND), 50);
    assert_int_equal(take_at(limit, "a", START_US + 10 * CLOCK_US_PER_SECOND + 1), 50);
    assert_int_equal(take_at(limit, "a", START_US + 60 * CLOCK_US_PER_SECOND - 1), 1);
    assert_int_equal(take_at(limit, "a", START_US + 60 * CLOCK_US_PER_SECOND), 0);
    assert_int_equal(take_at(limit, "a", START_US + 60 * CLOCK_US_PER_SECOND), 1);
    rate_limit_free(limit);
    rate_limit_free(NULL);
}

static void the_wait_that_is_told_is_enough_and_a_refusal_costs_nothing(void **state)
{
    (void)state;
    struct rate_limit *limit = rate_limit_new(7, 60);
    int64_t now_us = START_US;
    for (int i = 0; i < 500; i++) {
        int wait_s = take_at(limit, "a", now_us);
        for (int j = 0; wait_s > 0 && j < 3; j++)
            assert_int_equal(take_at(limit, "a", now_us), wait_s);
        if (wait_s > 0) {
            now_us += wait_s * CLOCK_US_PER_SECOND;
            assert_int_equal(take_at(limit, "a", now_us), 0);
        }
        now_us += 700000;
    }
    rate_limit_free(limit);
}

static void no_period_sees_more_than_the_count_wherever_it_begins(void **state)
{
    (void)state;
    enum { TRIES = 6000, STEP_US = 100000, IN_A_PERIOD = 600 };
    static bool taken[TRIES];
    struct rate_limit *limit = rate_limit_new(10, 60);
    int total = 0;
    for (int i = 0; i < TRIES; i++)
        total += taken[i] = take_at(limit, "a", START_US + (int64_t)i * STEP_US) == 0;
    assert_int_equal(total, 100);
    for (int begin = 0; begin + IN_A_PERIOD <= TRIES; begin++) {
        int sum = 0;
        for (int i = begin; i < begin + IN_A_PERIOD; i++)
            sum += taken[i];
        assert_in_range(sum, 0, 10);
    }
    rate_limit_free(limit);
}

static void keys_do_not_share(void **state)
{
    (void)state;
    struct rate_limit *limit = rate_limit_new(1, 60);
    assert_int_equal(take_at(limit, "a", START_US), 0);
    assert_int_equal(take_at(limit, "b", START_US), 0);
    assert_int_not_equal(take_at(limit, "a", START_US), 0);
    assert_int_not_equal(take_at(limit, "b", START_US), 0);
    rate_limit_free(limit);
}

static void addresses_of_one_network_share_and_others_do_not(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool is_new;
    } cases[] = {
        {"192.0.2.1", true},
        {"192.0.2.200", false},
        {"192.0.3.1", true},
        {"::ffff:192.0.2.7", false},
        {"2001:db8::1", true},
        {"2001:db8:0:ff::1", false},
        {"2001:db8:0:100::1", true},
        {"2001:db8:0:1ff:1:2:3:4", false},
        {"::1", true},
        {"@", true},
        {"@", false},
    };
    struct rate_limit *limit = rate_limit_new(1, 3600);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(rate_limit_take_address(limit, cases[i].address) == 0, cases[i].is_new);
    rate_limit_free(limit);
}

static void a_flood_of_keys_does_not_free_one_that_is_used_up(void **state)
{
    (void)state;
    struct rate_limit *limit = rate_limit_new(10, 60);
    for (int i = 0; i < 10; i++)
        assert_int_equal(take_at(limit, "a", START_US), 0);
    for (uint32_t i = 0; i < 200000; i++)
        assert_int_equal(rate_limit_take_at(limit, &i, sizeof(i), START_US), 0);
    assert_int_not_equal(take_at(limit, "a", START_US), 0);
    rate_limit_free(limit);
}

static void without_a_limit_nobody_waits(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(rate_limit_take_address(NULL, "192.0.2.1"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_go_in_a_period_and_the_next_is_told_when),
        cmocka_unit_test(the_wait_that_is_told_is_enough_and_a_refusal_costs_nothing),
        cmocka_unit_test(no_period_sees_more_than_the_count_wherever_it_begins),
        cmocka_unit_test(keys_do_not_share),
        cmocka_unit_test(addresses_of_one_network_share_and_others_do_not),
        cmocka_unit_test(a_flood_of_keys_does_not_free_one_that_is_used_up),
        cmocka_unit_test(without_a_limit_nobody_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
