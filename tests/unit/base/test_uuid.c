/* Tests of base/uuid.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/uuid.h"

static void a_new_uuid_has_version_7_and_the_rfc_9562_variant(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct uuid uuid = uuid_new();
        assert_int_equal(uuid.bytes[6] >> 4, 7);
        assert_int_equal(uuid.bytes[8] >> 6, 2);
        assert_false(uuid_is_nil(&uuid));
    }
}

static int64_t milliseconds_of(const struct uuid *uuid)
{
    int64_t milliseconds = 0;
    for (int i = 0; i < 6; i++)
        milliseconds = milliseconds << 8 | uuid->bytes[i];
    return milliseconds;
}

/* Ids are made faster here than the 4096 a millisecond that have a time of their own, and so run ahead of the clock. */
static void let_the_clock_catch_up(int64_t microseconds)
{
    int64_t begun_us = clock_now_us();
    while (clock_now_us() - begun_us < microseconds)
        ;
}

static void a_new_uuid_begins_with_the_time_in_milliseconds(void **state)
{
    (void)state;
    let_the_clock_catch_up(10000);
    for (int i = 0; i < 1000; i++) {
        let_the_clock_catch_up(2);
        int64_t before = clock_now_us() / 1000;
        struct uuid uuid = uuid_new();
        int64_t after = clock_now_us() / 1000;
        assert_true(milliseconds_of(&uuid) >= before && milliseconds_of(&uuid) <= after);
    }
}

static void uuids_of_later_milliseconds_sort_after_earlier_ones(void **state)
{
    (void)state;
    struct uuid previous = uuid_new();
    for (int i = 1; i <= 300; i++) {
        clock_set_offset_us(i * INT64_C(3600000000));
        struct uuid next = uuid_new();
        assert_true(uuid_compare(&previous, &next) < 0);
        assert_true(uuid_compare(&next, &previous) > 0);
        previous = next;
    }
    clock_set_offset_us(0);
}

static void the_first_of_a_moment_lies_between_what_was_made_before_and_after(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct uuid before = uuid_new();
        struct uuid first = uuid_first_of(clock_now_us() + INT64_C(1000000));
        clock_set_offset_us((i + 1) * INT64_C(2000000));
        struct uuid after = uuid_new();
        assert_true(uuid_compare(&before, &first) < 0 && uuid_compare(&first, &after) < 0);
    }
    clock_set_offset_us(0);
}

static void uuids_of_one_millisecond_sort_in_the_order_they_were_made(void **state)
{
    (void)state;
    struct uuid previous = uuid_new();
    for (int i = 0; i < 100000; i++) {
        struct uuid next = uuid_new();
        assert_true(uuid_compare(&previous, &next) < 0);
        previous = next;
    }
}

static int compare(const void *left, const void *right)
{
    return uuid_compare(left, right);
}

static void no_two_new_uuids_are_equal_and_every_random_bit_varies(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static struct uuid uuids[COUNT];
    uint8_t ones[16] = {0}, zeros[16] = {0};
    for (size_t i = 0; i < COUNT; i++) {
        uuids[i] = uuid_new();
        for (size_t byte = 0; byte < 16; byte++) {
            ones[byte] |= uuids[i].bytes[byte];
            zeros[byte] |= (uint8_t)~uuids[i].bytes[byte];
        }
    }
    qsort(uuids, COUNT, sizeof(uuids[0]), compare);
    for (size_t i = 1; i < COUNT; i++)
        assert_false(uuid_equal(&uuids[i - 1], &uuids[i]));
    for (size_t byte = 6; byte < 16; byte++) {
        uint8_t random_bits = byte == 6 ? 0x0f : byte == 8 ? 0x3f : 0xff;
        assert_int_equal(ones[byte] & zeros[byte] & random_bits, random_bits);
    }
}

static void the_text_form_reads_back_to_the_same_bytes(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct uuid uuid = uuid_new(), parsed;
        char text[UUID_TEXT_BYTES];
        assert_ptr_equal(uuid_format(&uuid, text), text);
        assert_int_equal(strlen(text), UUID_TEXT_BYTES - 1);
        assert_int_equal(uuid_parse(text, strlen(text), &parsed), STATUS_OK);
        assert_true(uuid_equal(&uuid, &parsed));
    }
}

static void the_example_of_rfc_9562_is_read_in_either_case(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0, 0x7c, 0xc3,
                                       0x98, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
    struct uuid upper, lower;
    char text[UUID_TEXT_BYTES];
    assert_int_equal(uuid_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", 36, &upper), STATUS_OK);
    assert_int_equal(uuid_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 36, &lower), STATUS_OK);
    assert_memory_equal(upper.bytes, expected, sizeof(expected));
    assert_true(uuid_equal(&upper, &lower));
    assert_string_equal(uuid_format(&upper, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void a_text_that_is_no_uuid_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e279b07cc398c4dc0c0c07398f0123",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c0739}",
        "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
        "017f22e27-9b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398 ",
        " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "0x7f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "00000000-0000-0000-0000-000000000000",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct uuid uuid = {.bytes = {7}};
        if (uuid_parse(refused[i], strlen(refused[i]), &uuid) != STATUS_INVALID)
            fail_msg("accepted: %s", refused[i]);
        assert_int_equal(uuid.bytes[0], 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_uuid_has_version_7_and_the_rfc_9562_variant),
        cmocka_unit_test(a_new_uuid_begins_with_the_time_in_milliseconds),
        cmocka_unit_test(uuids_of_one_millisecond_sort_in_the_order_they_were_made),
        cmocka_unit_test(the_first_of_a_moment_lies_between_what_was_made_before_and_after),
        cmocka_unit_test(uuids_of_later_milliseconds_sort_after_earlier_ones),
        cmocka_unit_test(no_two_new_uuids_are_equal_and_every_random_bit_varies),
        cmocka_unit_test(the_text_form_reads_back_to_the_same_bytes),
        cmocka_unit_test(the_example_of_rfc_9562_is_read_in_either_case),
        cmocka_unit_test(a_text_that_is_no_uuid_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
