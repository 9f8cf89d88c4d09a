/* Tests of base/workers.h. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/workers.h"

static atomic_int runs;

static void count_run(void *thread_state, void *argument)
{
    (void)thread_state;
    atomic_fetch_add((atomic_int *)argument, 1);
    atomic_fetch_add(&runs, 1);
}

static void every_accepted_task_runs_exactly_once(void **state)
{
    (void)state;
    enum { TASKS = 5000 };
    static atomic_int counts[TASKS];
    atomic_store(&runs, 0);
    struct workers *workers = workers_new(&(struct workers_options){.name = "test", .threads = 4, .queue_max = 32});
    for (size_t i = 0; i < TASKS; i++) {
        while (workers_submit(workers, count_run, &counts[i]) != STATUS_OK)
            sched_yield();
    }
    workers_free(workers); /* with tasks still in the queue */
    assert_int_equal(atomic_load(&runs), TASKS);
    for (size_t i = 0; i < TASKS; i++)
        assert_int_equal(atomic_load(&counts[i]), 1);
    workers_free(NULL);
}

static sem_t started, may_end;

static void hold(void *thread_state, void *argument)
{
    (void)thread_state;
    (void)argument;
    sem_post(&started);
    while (sem_wait(&may_end) != 0)
        continue;
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    static atomic_int counts[4];
    assert_int_equal(sem_init(&started, 0, 0), 0);
    assert_int_equal(sem_init(&may_end, 0, 0), 0);
    struct workers *workers = workers_new(&(struct workers_options){.name = "test", .threads = 1, .queue_max = 3});
    assert_int_equal(workers_submit(workers, hold, NULL), STATUS_OK);
    while (sem_wait(&started) != 0)
        continue;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(workers_submit(workers, count_run, &counts[i]), STATUS_OK);
    assert_int_equal(workers_depth(workers), 3);
    assert_int_equal(workers_submit(workers, count_run, &counts[3]), STATUS_BUSY);
    assert_int_equal(atomic_load(&counts[0]), 0);
    sem_post(&may_end);
    workers_free(workers);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(atomic_load(&counts[i]), 1);
    assert_int_equal(atomic_load(&counts[3]), 0);
    sem_destroy(&started);
    sem_destroy(&may_end);
}

static char order[101];
static size_t order_length;

static void note_order(void *thread_state, void *argument)
{
    (void)thread_state;
    order[order_length++] = *(const char *)argument;
}

static void one_thread_runs_tasks_in_the_order_they_were_submitted(void **state)
{
    (void)state;
    static char letters[] = "abcdefghij";
    struct workers *workers = workers_new(&(struct workers_options){.name = "test", .threads = 1, .queue_max = 7});
    for (size_t i = 0; i < 100; i++) {
        while (workers_submit(workers, note_order, &letters[i % 10]) != STATUS_OK)
            sched_yield();
    }
    workers_free(workers);
    assert_int_equal(order_length, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(order[i], letters[i % 10]);
}

struct thread_state {
    pthread_t thread;
    atomic_int *ended;
};

static atomic_int states_made, strangers;

static void *make_state(void *context)
{
    struct thread_state *made = malloc(sizeof(*made));
    assert_non_null(made);
    *made = (struct thread_state){.thread = pthread_self(), .ended = context};
    atomic_fetch_add(&states_made, 1);
    return made;
}

static void free_state(void *thread_state)
{
    struct thread_state *freed = thread_state;
    if (!pthread_equal(freed->thread, pthread_self()))
        atomic_fetch_add(&strangers, 1);
    atomic_fetch_add(freed->ended, 1);
    free(freed);
}

static void use_state(void *thread_state, void *argument)
{
    const struct thread_state *used = thread_state;
    (void)argument;
    if (!pthread_equal(used->thread, pthread_self()))
        atomic_fetch_add(&strangers, 1);
}

static void each_thread_has_a_state_of_its_own_made_and_freed_on_it(void **state)
{
    (void)state;
    static atomic_int ended;
    struct workers *workers = workers_new(&(struct workers_options){.name = "test",
                                                                    .threads = 3,
                                                                    .queue_max = 16,
                                                                    .thread_state_new = make_state,
                                                                    .thread_state_free = free_state,
                                                                    .context = &ended});
    for (int i = 0; i < 1000; i++) {
        while (workers_submit(workers, use_state, NULL) != STATUS_OK)
            sched_yield();
    }
    assert_int_equal(atomic_load(&ended), 0); /* no thread ends for want of work */
    workers_free(workers);
    assert_int_equal(atomic_load(&states_made), 3);
    assert_int_equal(atomic_load(&ended), 3);
    assert_int_equal(atomic_load(&strangers), 0);
}

static void note_name(void *thread_state, void *argument)
{
    (void)thread_state;
    pthread_getname_np(pthread_self(), argument, 16);
}

static void threads_carry_the_name_of_the_pool(void **state)
{
    (void)state;
    char name[16] = "";
    struct workers *workers =
        workers_new(&(struct workers_options){.name = "akkoord-sample1", .threads = 1, .queue_max = 1});
    assert_int_equal(workers_submit(workers, note_name, name), STATUS_OK);
    workers_free(workers);
    assert_string_equal(name, "akkoord-sample1");
}

static void a_pool_that_never_worked_ends(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++)
        workers_free(workers_new(&(struct workers_options){.name = "test", .threads = 3, .queue_max = 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_accepted_task_runs_exactly_once),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(one_thread_runs_tasks_in_the_order_they_were_submitted),
        cmocka_unit_test(each_thread_has_a_state_of_its_own_made_and_freed_on_it),
        cmocka_unit_test(threads_carry_the_name_of_the_pool),
        cmocka_unit_test(a_pool_that_never_worked_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
