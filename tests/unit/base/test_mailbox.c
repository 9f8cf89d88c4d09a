/* Tests of base/mailbox.h. */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/mailbox.h"

static int messages[64];

static bool is_readable(const struct mailbox *mailbox)
{
    struct pollfd waited = {.fd = mailbox_descriptor(mailbox), .events = POLLIN};
    return poll(&waited, 1, 0) == 1;
}

static void messages_are_taken_oldest_first(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(4);
    void *taken[4];
    /* Several times round the ring, at every offset. */
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(mailbox_post(mailbox, &messages[i]), STATUS_OK);
        assert_int_equal(mailbox_take(mailbox, taken, 2), 2);
        assert_ptr_equal(taken[0], &messages[0]);
        assert_ptr_equal(taken[1], &messages[1]);
        assert_int_equal(mailbox_depth(mailbox), 1);
        assert_int_equal(mailbox_take(mailbox, taken, 4), 1);
        assert_ptr_equal(taken[0], &messages[2]);
    }
    assert_int_equal(mailbox_take(mailbox, taken, 4), 0);
    mailbox_free(mailbox);
    mailbox_free(NULL);
}

static void the_descriptor_is_readable_exactly_while_something_waits(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(4);
    void *taken[4];
    assert_false(is_readable(mailbox));
    assert_int_equal(mailbox_post(mailbox, &messages[0]), STATUS_OK);
    assert_int_equal(mailbox_post(mailbox, &messages[1]), STATUS_OK);
    assert_true(is_readable(mailbox));
    assert_int_equal(mailbox_take(mailbox, taken, 1), 1);
    assert_true(is_readable(mailbox));
    assert_int_equal(mailbox_take(mailbox, taken, 1), 1);
    assert_false(is_readable(mailbox));
    assert_int_equal(mailbox_post(mailbox, &messages[0]), STATUS_OK);
    assert_true(is_readable(mailbox));
    assert_int_equal(mailbox_take(mailbox, taken, 4), 1);
    mailbox_free(mailbox);
}

static void a_full_mailbox_refuses_and_takes_again_when_there_is_room(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(2);
    void *taken[2];
    assert_int_equal(mailbox_post(mailbox, &messages[0]), STATUS_OK);
    assert_int_equal(mailbox_post(mailbox, &messages[1]), STATUS_OK);
    assert_int_equal(mailbox_post(mailbox, &messages[2]), STATUS_BUSY);
    assert_int_equal(mailbox_depth(mailbox), 2);
    assert_int_equal(mailbox_take(mailbox, taken, 1), 1);
    assert_int_equal(mailbox_post(mailbox, &messages[3]), STATUS_OK);
    assert_int_equal(mailbox_take(mailbox, taken, 2), 2);
    assert_ptr_equal(taken[0], &messages[1]);
    assert_ptr_equal(taken[1], &messages[3]);
    mailbox_free(mailbox);
}

static void a_closed_mailbox_refuses_and_what_waits_can_still_be_taken(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(4);
    void *taken[4];
    assert_int_equal(mailbox_post(mailbox, &messages[0]), STATUS_OK);
    assert_false(mailbox_is_closed(mailbox));
    mailbox_close(mailbox);
    mailbox_close(mailbox);
    assert_true(mailbox_is_closed(mailbox));
    assert_int_equal(mailbox_post(mailbox, &messages[1]), STATUS_BUSY);
    assert_true(mailbox_wait(mailbox, -1));
    assert_int_equal(mailbox_take(mailbox, taken, 4), 1);
    assert_ptr_equal(taken[0], &messages[0]);
    assert_false(mailbox_wait(mailbox, -1)); /* returns at once: nothing will come any more */
    assert_true(is_readable(mailbox));
    mailbox_free(mailbox);
}

static void waiting_ends_after_the_time_given(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(1);
    int64_t before_us = clock_monotonic_us();
    assert_false(mailbox_wait(mailbox, 30));
    assert_true(clock_monotonic_us() - before_us >= 29000);
    mailbox_free(mailbox);
}

static void *close_later(void *mailbox)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    nanosleep(&pause, NULL);
    mailbox_close(mailbox);
    return NULL;
}

static void closing_wakes_who_waits(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(1);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, close_later, mailbox), 0);
    assert_false(mailbox_wait(mailbox, -1));
    assert_true(mailbox_is_closed(mailbox));
    pthread_join(thread, NULL);
    mailbox_free(mailbox);
}

enum { POSTERS = 4, POSTS = 20000 };

struct post {
    size_t poster;
    size_t index;
};

struct poster {
    struct mailbox *mailbox;
    struct post posts[POSTS];
};

static void *post_all(void *argument)
{
    struct poster *poster = argument;
    for (size_t i = 0; i < POSTS; i++) {
        while (mailbox_post(poster->mailbox, &poster->posts[i]) != STATUS_OK)
            sched_yield();
    }
    return NULL;
}

static void messages_of_many_posters_arrive_once_each_in_their_posters_order(void **state)
{
    (void)state;
    static struct poster posters[POSTERS];
    struct mailbox *mailbox = mailbox_new(64);
    pthread_t threads[POSTERS];
    size_t next[POSTERS] = {0};
    for (size_t i = 0; i < POSTERS; i++) {
        posters[i].mailbox = mailbox;
        for (size_t j = 0; j < POSTS; j++)
            posters[i].posts[j] = (struct post){.poster = i, .index = j};
        assert_int_equal(pthread_create(&threads[i], NULL, post_all, &posters[i]), 0);
    }
    for (size_t arrived = 0; arrived < (size_t)POSTERS * POSTS;) {
        void *taken[16];
        assert_true(mailbox_wait(mailbox, 60000)); /* a wake-up that gets lost would end here */
        size_t count = mailbox_take(mailbox, taken, 16);
        for (size_t i = 0; i < count; i++) {
            const struct post *post = taken[i];
            assert_int_equal(post->index, next[post->poster]++);
        }
        arrived += count;
    }
    for (size_t i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(mailbox_depth(mailbox), 0);
    assert_false(is_readable(mailbox));
    mailbox_free(mailbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_taken_oldest_first),
        cmocka_unit_test(the_descriptor_is_readable_exactly_while_something_waits),
        cmocka_unit_test(a_full_mailbox_refuses_and_takes_again_when_there_is_room),
        cmocka_unit_test(a_closed_mailbox_refuses_and_what_waits_can_still_be_taken),
        cmocka_unit_test(waiting_ends_after_the_time_given),
        cmocka_unit_test(closing_wakes_who_waits),
        cmocka_unit_test(messages_of_many_posters_arrive_once_each_in_their_posters_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
