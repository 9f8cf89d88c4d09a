/*
 * What went back of a payment, whatever the order in which it is told: random lives of refunds, told as a provider
 * tells them, shuffled and repeated, against the sum of what was really made and did not fail.
 */
#include "akkoord/domain/reversal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/base/crypto.h"
#include "rule.h"

#define REFUNDS_MAX  6
#define MESSAGES_MAX 64
#define LIVES        20000
#define PAID_MINOR   10000

/* One life: refunds that are made and fail, and all that is said about it. */
struct life {
    int64_t amounts[REFUNDS_MAX];
    bool failed[REFUNDS_MAX];
    size_t refunds_count;
    struct payment_event messages[MESSAGES_MAX];
    size_t messages_count;
};

static uint64_t seed;

/* SplitMix64 (Steele, Lea, Flood 2014): the same seed lives the same life. */
static uint64_t random_bits(void)
{
    uint64_t bits = (seed += UINT64_C(0x9E3779B97F4A7C15));
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    return bits ^ (bits >> 31);
}

static size_t random_below(size_t limit)
{
    return (size_t)(random_bits() % limit);
}

static int64_t made_minor(const struct life *life)
{
    int64_t sum = 0;
    for (size_t i = 0; i < life->refunds_count; i++)
        sum += life->amounts[i];
    return sum;
}

static int64_t left_minor(const struct life *life)
{
    int64_t sum = 0;
    for (size_t i = 0; i < life->refunds_count; i++)
        sum += life->failed[i] ? 0 : life->amounts[i];
    return sum;
}

static struct payment_event *say(struct life *life, enum payment_event_kind kind, int64_t amount_minor)
{
    assert_true(life->messages_count < MESSAGES_MAX);
    struct payment_event *message = &life->messages[life->messages_count++];
    *message = (struct payment_event){.kind = kind, .amount_minor = amount_minor};
    return message;
}

static void say_of_refund(struct life *life, enum payment_event_kind kind, size_t refund)
{
    struct payment_event *message = say(life, kind, life->amounts[refund]);
    snprintf(message->refund_id, sizeof(message->refund_id), "%zu", refund);
}

/* As Stripe's charge: what failed is left out, and nothing says so. */
static void say_total(struct life *life)
{
    struct payment_event *message = say(life, PAYMENT_EVENT_REFUNDED, left_minor(life));
    message->refund_is_total = true;
    message->refund_is_full = message->amount_minor == PAID_MINOR;
}

/* As a provider that was asked for all refunds. */
static void say_all(struct life *life)
{
    struct payment_event *message = say(life, PAYMENT_EVENT_REFUNDED, made_minor(life));
    message->refund_is_total = true;
    message->refund_failed_minor = made_minor(life) - left_minor(life);
    message->refund_is_full = left_minor(life) == PAID_MINOR;
}

static void live(struct life *life, bool names_refunds)
{
    *life = (struct life){.refunds_count = 0};
    size_t steps = 1 + random_below(2 * REFUNDS_MAX);
    for (size_t step = 0; step < steps; step++) {
        int64_t rest_minor = PAID_MINOR - left_minor(life);
        size_t refund = random_below(REFUNDS_MAX);
        if (refund < life->refunds_count && !life->failed[refund]) {
            life->failed[refund] = true;
            say_of_refund(life, PAYMENT_EVENT_REFUND_FAILED, refund);
        } else if (life->refunds_count < REFUNDS_MAX && rest_minor > 0) {
            bool all = random_below(2) == 0;
            life->amounts[life->refunds_count++] = all ? rest_minor : 1 + (int64_t)random_below((size_t)rest_minor);
            if (names_refunds)
                say_of_refund(life, PAYMENT_EVENT_REFUNDED, life->refunds_count - 1);
            say_total(life);
        }
        if (random_below(4) == 0)
            say_all(life);
    }
    if (!names_refunds)
        say_all(life);
}

static void shuffle_and_repeat(struct life *life)
{
    size_t said = life->messages_count;
    for (size_t i = 0; i < said && life->messages_count < MESSAGES_MAX; i++) {
        if (random_below(2) == 0)
            life->messages[life->messages_count++] = life->messages[i];
    }
    for (size_t i = life->messages_count; i > 1; i--) {
        size_t other = random_below(i);
        struct payment_event message = life->messages[other];
        life->messages[other] = life->messages[i - 1];
        life->messages[i - 1] = message;
    }
}

/* Some of it is told before the payment is known, and taken over once or twice. */
static void hear(const struct life *life, struct reversal *known)
{
    struct named_refund refunds[REFUNDS_MAX] = {{.is_known = false}};
    struct reversal early = {.refunded_minor = 0};
    size_t known_from = random_below(life->messages_count + 1);
    for (size_t i = 0; i < life->messages_count; i++) {
        const struct payment_event *message = &life->messages[i];
        struct reversal *reversal = i < known_from ? &early : known;
        struct named_refund *refund =
            message->refund_id[0] != '\0' ? &refunds[strtoul(message->refund_id, NULL, 10)] : NULL;
        if (i == known_from || i == known_from + 2)
            reversal_adopt(known, &early);
        int64_t before_minor = reversal->refunded_minor;
        (void)reversal_note(reversal, message, refund);
        if (message->kind == PAYMENT_EVENT_REFUNDED)
            assert_true(reversal->refunded_minor >= before_minor);
        else
            assert_true(reversal->refunded_minor <= before_minor);
        assert_true(reversal->refunded_minor >= 0);
        assert_false(reversal_note(reversal, message, refund) && (message->refund_is_total || refund != NULL));
    }
    reversal_adopt(known, &early);
}

static void expect_the_truth(bool names_refunds)
{
    crypto_random(&seed, sizeof(seed));
    struct life *life = malloc(sizeof(*life));
    assert_non_null(life);
    for (int i = 0; i < LIVES; i++) {
        uint64_t from = seed;
        struct reversal known = {.refunded_minor = 0};
        live(life, names_refunds);
        if (life->messages_count == 0)
            continue;
        shuffle_and_repeat(life);
        hear(life, &known);
        if (known.refunded_minor != left_minor(life))
            fail_msg("seed %" PRIu64 ": %" PRId64 " are said to have gone back of %" PRId64, from, known.refunded_minor,
                     left_minor(life));
        assert_int_equal(reversal_is_full(&known, PAID_MINOR), left_minor(life) == PAID_MINOR);
    }
    free(life);
}

static void refunds_with_ids_give_the_sum_in_any_order(void **state)
{
    (void)state;
    expect_the_truth(true);
}

static void one_look_at_all_refunds_makes_up_for_those_without_ids(void **state)
{
    (void)state;
    expect_the_truth(false);
}

static void nothing_overflows(void **state)
{
    (void)state;
    struct reversal known = {.refunded_minor = 0};
    struct named_refund refund = {.is_known = false};
    struct payment_event event = {.kind = PAYMENT_EVENT_REFUNDED, .amount_minor = INT64_MAX};
    for (int i = 0; i < 3; i++)
        (void)reversal_note(&known, &event, NULL);
    assert_int_equal(known.refunded_minor, INT64_MAX);
    event.kind = PAYMENT_EVENT_REFUND_FAILED;
    event.refund_id[0] = '0';
    assert_true(reversal_note(&known, &event, &refund));
    assert_int_equal(known.refunded_minor, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("refunds that are told by their ids give the sum of those that did not fail, in any order and repeated",
             refunds_with_ids_give_the_sum_in_any_order),
        RULE("one look at all refunds makes up for those that were told by totals only",
             one_look_at_all_refunds_makes_up_for_those_without_ids),
        RULE("no sum overflows", nothing_overflows),
    };
    return cmocka_run_group_tests_name("reversal", tests, NULL, NULL);
}
