/* The outbox: a job is taken by one, held for a while, and lost by nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/store/jobs.h"
#include "akkoord/store/mails.h"
#include "database.h"

#define KIND       "test_kind"
#define LONG_US    (60 * CLOCK_US_PER_SECOND)
#define SHORT_US   INT64_C(50000)
#define TAKERS     4
#define JOBS_COUNT 200

static struct embedded *embedded;
static struct store *store;
static struct arena *arena;
static struct error error;

static void add(const char *kind, size_t count)
{
    const char *payloads[JOBS_COUNT];
    for (size_t i = 0; i < count; i++)
        payloads[i] = "{}";
    assert_int_equal(store_jobs_add(store, arena, kind, payloads, count, &error), STATUS_OK);
}

static bool take(int64_t hold_us, struct job *job)
{
    bool found;
    assert_int_equal(store_job_take(store, arena, KIND, hold_us, job, &found, &error), STATUS_OK);
    return found;
}

static struct jobs_count count_jobs(void)
{
    struct jobs_count count;
    assert_int_equal(store_jobs_count(store, &count, &error), STATUS_OK);
    return count;
}

static void finish_all(void)
{
    struct job job;
    while (take(LONG_US, &job))
        assert_int_equal(store_job_finish(store, arena, &job, &error), STATUS_OK);
}

static void a_job_that_is_held_is_taken_by_nobody_else(void **state)
{
    (void)state;
    struct job first, second;
    add(KIND, 1);
    assert_true(take(LONG_US, &first));
    assert_int_equal(first.attempts, 1);
    assert_string_equal(first.kind, KIND);
    assert_false(take(LONG_US, &second));
    assert_int_equal(count_jobs().waiting, 1);
    assert_int_equal(store_job_finish(store, arena, &first, &error), STATUS_OK);
    assert_int_equal(count_jobs().waiting, 0);
}

static void a_job_whose_holder_was_killed_comes_back(void **state)
{
    (void)state;
    struct job first, second;
    add(KIND, 1);
    assert_true(take(SHORT_US, &first));
    assert_false(take(SHORT_US, &second));
    (void)usleep(SHORT_US + 20000);
    assert_true(take(LONG_US, &second));
    assert_true(uuid_equal(&first.id, &second.id));
    assert_int_equal(second.attempts, 2);
    finish_all();
    assert_int_equal(store_job_finish(store, arena, &second, &error), STATUS_OK);
}

static void whoever_comes_back_after_the_hold_puts_nothing_back(void **state)
{
    (void)state;
    struct job late, holder, other;
    add(KIND, 1);
    assert_true(take(SHORT_US, &late));
    (void)usleep(SHORT_US + 20000);
    assert_true(take(LONG_US, &holder));
    assert_int_equal(store_job_put_back(store, arena, &late, 0, "late", &error), STATUS_OK);
    assert_int_equal(store_job_put_back(store, arena, &late, clock_now_us(), "late", &error), STATUS_OK);
    assert_int_equal(count_jobs().dead, 0);
    assert_false(take(LONG_US, &other));
    assert_int_equal(store_job_finish(store, arena, &holder, &error), STATUS_OK);
}

static void a_job_that_was_put_back_is_due_at_its_time_and_not_before(void **state)
{
    (void)state;
    struct job job;
    add(KIND, 1);
    assert_true(take(LONG_US, &job));
    assert_int_equal(store_job_put_back(store, arena, &job, clock_now_us() + SHORT_US, "some_code", &error), STATUS_OK);
    assert_false(take(LONG_US, &job));
    (void)usleep(SHORT_US + 20000);
    assert_true(take(LONG_US, &job));
    assert_int_equal(job.attempts, 2);
    assert_int_equal(store_job_finish(store, arena, &job, &error), STATUS_OK);
}

static void a_job_that_was_given_up_stays_for_staff_to_see_and_is_not_taken(void **state)
{
    (void)state;
    struct job job, other;
    add(KIND, 1);
    assert_true(take(LONG_US, &job));
    assert_int_equal(store_job_put_back(store, arena, &job, 0, "some_code", &error), STATUS_OK);
    assert_int_equal(count_jobs().dead, 1);
    assert_int_equal(count_jobs().waiting, 0);
    assert_false(take(LONG_US, &other));
    assert_int_equal(store_job_finish(store, arena, &job, &error), STATUS_OK);
}

static void only_the_kind_that_is_asked_for_is_taken(void **state)
{
    (void)state;
    struct job job;
    add("other_kind", 1);
    assert_false(take(LONG_US, &job));
    bool found;
    assert_int_equal(store_job_take(store, arena, "other_kind", LONG_US, &job, &found, &error), STATUS_OK);
    assert_true(found);
    assert_int_equal(store_job_finish(store, arena, &job, &error), STATUS_OK);
}

/* ---- several at once ---- */

static atomic_int taken;

static void *take_all(void *argument)
{
    (void)argument;
    struct store *own = store_new(embedded_url(embedded, EMBEDDED_WORKER), "test", NULL);
    struct arena *own_arena = arena_new();
    struct error own_error;
    int misses = 0;
    while (misses < 20) {
        struct job job;
        bool found = false;
        if (store_job_take(own, own_arena, KIND, LONG_US, &job, &found, &own_error) != STATUS_OK)
            abort();
        if (!found) {
            misses++;
            continue;
        }
        if (job.attempts != 1 || store_job_finish(own, own_arena, &job, &own_error) != STATUS_OK)
            abort();
        atomic_fetch_add(&taken, 1);
    }
    store_free(own);
    arena_free(own_arena);
    return NULL;
}

static void of_several_takers_exactly_one_gets_each_job(void **state)
{
    (void)state;
    pthread_t threads[TAKERS];
    add(KIND, JOBS_COUNT);
    for (size_t i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_all, NULL), 0);
    for (size_t i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&taken), JOBS_COUNT);
    assert_int_equal(count_jobs().waiting, 0);
}

/* ---- payloads ---- */

static void payloads_read_back_as_they_were_written(void **state)
{
    (void)state;
    struct uuid id = uuid_new(), read;
    assert_int_equal(job_read_document(arena, job_write_document(arena, &id), &read, &error), STATUS_OK);
    assert_true(uuid_equal(&id, &read));
    const struct sandbox_webhook webhook = {.event_id = "evt_1", .body = "{\"a\":\"\\u00e9\"}"};
    struct sandbox_webhook again;
    assert_int_equal(job_read_sandbox_webhook(arena, job_write_sandbox_webhook(arena, &webhook), &again, &error),
                     STATUS_OK);
    assert_string_equal(again.event_id, webhook.event_id);
    assert_string_equal(again.body, webhook.body);
    for (int kind = 0; kind < MAIL_KINDS; kind++) {
        const struct mail_job mail = {.kind = (enum mail_kind)kind, .subject_id = id};
        struct mail_job read_mail;
        assert_int_equal(mail_job_read(arena, mail_job_write(arena, &mail), &read_mail, &error), STATUS_OK);
        assert_int_equal(read_mail.kind, mail.kind);
        assert_true(uuid_equal(&read_mail.subject_id, &id));
    }
}

static void a_payload_of_another_shape_is_refused(void **state)
{
    (void)state;
    struct uuid id;
    struct sandbox_webhook webhook;
    assert_int_equal(job_read_document(arena, "{\"document\":\"x\"}", &id, &error), STATUS_INVALID);
    assert_string_equal(error.code, "job_payload");
    assert_int_equal(job_read_document(arena, "[]", &id, &error), STATUS_INVALID);
    assert_int_equal(job_read_sandbox_webhook(arena, "{\"event\":\"e\"}", &webhook, &error), STATUS_INVALID);
    struct mail_job mail;
    const char *unknown = "{\"mail\":\"other\",\"subject\":\"01a20622-bcd1-72b4-895d-000000000001\"}";
    assert_int_equal(mail_job_read(arena, unknown, &mail, &error), STATUS_INVALID);
    assert_string_equal(error.code, "job_payload");
    assert_int_equal(mail_job_read(arena, "{\"mail\":\"decision\"}", &mail, &error), STATUS_INVALID);
}

static int set_up(void **state)
{
    (void)state;
    store = test_store_open(&embedded);
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    test_store_close(store, embedded);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_that_is_held_is_taken_by_nobody_else),
        cmocka_unit_test(a_job_whose_holder_was_killed_comes_back),
        cmocka_unit_test(whoever_comes_back_after_the_hold_puts_nothing_back),
        cmocka_unit_test(a_job_that_was_put_back_is_due_at_its_time_and_not_before),
        cmocka_unit_test(a_job_that_was_given_up_stays_for_staff_to_see_and_is_not_taken),
        cmocka_unit_test(only_the_kind_that_is_asked_for_is_taken),
        cmocka_unit_test(of_several_takers_exactly_one_gets_each_job),
        cmocka_unit_test(payloads_read_back_as_they_were_written),
        cmocka_unit_test(a_payload_of_another_shape_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
