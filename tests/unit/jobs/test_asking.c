/* When a provider is asked about an attempt that stays open, or about a refund. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/clock.h"
#include "akkoord/jobs/asking.h"

#define S(number)  ((number)*CLOCK_US_PER_SECOND)
#define EXPIRES_US S(INT64_C(1209600))

static void the_first_looks_come_soon_and_then_further_apart(void **state)
{
    (void)state;
    static const int64_t due_s[] = {20, 60, 120, 300, 900, 3600, 3600 + 4 * 3600, 3600 + 8 * 3600};
    int64_t now_us = 0;
    for (int64_t asked = 0; asked < (int64_t)(sizeof(due_s) / sizeof(due_s[0])); asked++) {
        now_us = asking_next_us(asked, EXPIRES_US, now_us);
        assert_int_equal(now_us, S(due_s[asked]));
    }
}

static void it_is_asked_before_and_after_the_order_expires(void **state)
{
    (void)state;
    int64_t before_us = asking_next_us(50, EXPIRES_US, EXPIRES_US - S(3600));
    assert_int_equal(before_us, EXPIRES_US - S(300));
    int64_t after_us = asking_next_us(51, EXPIRES_US, before_us);
    assert_int_equal(after_us, EXPIRES_US + S(30));
    assert_int_equal(asking_next_us(52, EXPIRES_US, after_us), after_us + S(86400));
}

static void the_asking_ends_a_month_later(void **state)
{
    (void)state;
    int64_t now_us = 0;
    int64_t asked = 0;
    while (now_us != 0 || asked == 0) {
        int64_t next_us = asking_next_us(asked++, EXPIRES_US, now_us);
        assert_true(next_us == 0 || next_us > now_us);
        assert_true(asked < 200);
        if (next_us == 0)
            break;
        now_us = next_us;
    }
    assert_in_range(now_us, EXPIRES_US + S(30 * 86400), EXPIRES_US + S(33 * 86400));
}

static void what_can_still_be_paid_is_asked_about(void **state)
{
    (void)state;
    assert_true(asking_is_of_use("mollie", PAYMENT_OPEN));
    assert_false(asking_is_of_use("mollie", PAYMENT_FAILED));
    assert_true(asking_is_of_use("stripe", PAYMENT_FAILED));
    assert_false(asking_is_of_use("stripe", PAYMENT_EXPIRED));
    assert_false(asking_is_of_use("stripe", PAYMENT_PAID));
    assert_false(asking_is_of_use("mollie", PAYMENT_REFUND_DUE));
}

static void what_went_back_is_asked_about_because_it_may_come_back(void **state)
{
    (void)state;
    static const int64_t due_s[] = {20, 30, 90, 270, 870, 3570, 3570 + 4 * 3600};
    const int64_t refunded_us = S(INT64_C(1000000));
    int64_t now_us = refunded_us;
    assert_true(asking_is_of_use("mollie", PAYMENT_REFUNDED));
    assert_true(asking_is_of_use("stripe", PAYMENT_PARTIALLY_REFUNDED));
    int64_t asked = 0;
    for (; asked < (int64_t)(sizeof(due_s) / sizeof(due_s[0])); asked++) {
        now_us = asking_next_us(asked, refunded_us, now_us);
        assert_int_equal(now_us - refunded_us, S(due_s[asked]));
    }
    for (int64_t next_us; (next_us = asking_next_us(asked, refunded_us, now_us)) != 0; asked++) {
        assert_int_equal(next_us, now_us + S(86400));
        now_us = next_us;
    }
    assert_in_range(now_us, refunded_us + S(30 * 86400), refunded_us + S(33 * 86400));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"the first looks come soon, and then further apart", the_first_looks_come_soon_and_then_further_apart, NULL,
         NULL, NULL},
        {"it is asked before and after the order expires", it_is_asked_before_and_after_the_order_expires, NULL, NULL,
         NULL},
        {"the asking ends a month later", the_asking_ends_a_month_later, NULL, NULL, NULL},
        {"what can still be paid is asked about", what_can_still_be_paid_is_asked_about, NULL, NULL, NULL},
        {"what went back is asked about, because it may come back",
         what_went_back_is_asked_about_because_it_may_come_back, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests_name("asking", tests, NULL, NULL);
}
