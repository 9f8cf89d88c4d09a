/* Tests of base/metrics.h. Families live as long as the process, so each test has its own. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/metrics.h"

static struct buffer out;

static int open_out(void **state)
{
    (void)state;
    buffer_init(&out, 1 << 20);
    return 0;
}

static int close_out(void **state)
{
    (void)state;
    buffer_release(&out);
    return 0;
}

static const char *written(void)
{
    buffer_clear(&out);
    metrics_write(&out);
    assert_false(out.overflowed);
    return buffer_text(&out);
}

static void assert_written(const char *expected)
{
    const char *text = written();
    if (strstr(text, expected) == NULL)
        fail_msg("missing:\n%s\nin:\n%s", expected, text);
}

static void a_counter_is_written_with_help_and_type(void **state)
{
    (void)state;
    static struct metric metric = {.kind = METRIC_COUNTER, .name = "t_events_total", .help = "Events."};
    metric_add(&metric, "provider=\"stripe\"", 2);
    metric_add(&metric, "provider=\"mollie\"", 1);
    metric_add(&metric, "provider=\"stripe\"", 3);
    assert_written("# HELP t_events_total Events.\n"
                   "# TYPE t_events_total counter\n"
                   "t_events_total{provider=\"stripe\"} 5\n"
                   "t_events_total{provider=\"mollie\"} 1\n");
}

static void a_metric_without_labels_has_no_braces(void **state)
{
    (void)state;
    static struct metric metric = {.kind = METRIC_GAUGE, .name = "t_depth", .help = "Waiting."};
    metric_set(&metric, "", 9);
    metric_set(&metric, "", 4);
    assert_written("# TYPE t_depth gauge\nt_depth 4\n");
    metric_add(&metric, "", -6);
    assert_written("\nt_depth -2\n");
}

static void a_value_is_divided_exactly(void **state)
{
    (void)state;
    static struct metric metric = {
        .kind = METRIC_GAUGE, .name = "t_offset_seconds", .help = "Offset.", .divisor = 1000000};
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        {1500000, "\nt_offset_seconds 1.500000\n"},
        {7, "\nt_offset_seconds 0.000007\n"},
        {0, "\nt_offset_seconds 0.000000\n"},
        {-500000, "\nt_offset_seconds -0.500000\n"},
        {-1500000, "\nt_offset_seconds -1.500000\n"},
        {INT64_MAX, "\nt_offset_seconds 9223372036854.775807\n"},
        {INT64_MIN, "\nt_offset_seconds -9223372036854.775808\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        metric_set(&metric, "", cases[i].value);
        assert_written(cases[i].text);
    }
}

static void a_histogram_counts_up_to_and_including_each_bound(void **state)
{
    (void)state;
    static const int64_t bounds[] = {1000, 1000000, INT64_MAX};
    static struct metric metric = {.kind = METRIC_HISTOGRAM,
                                   .name = "t_commit_seconds",
                                   .help = "Commit time.",
                                   .bounds = bounds,
                                   .divisor = 1000000};
    metric_observe(&metric, "", 1000);
    metric_observe(&metric, "", 1001);
    metric_observe(&metric, "", 5000000);
    metric_observe(&metric, "lane=\"api\"", 1);
    assert_written("# HELP t_commit_seconds Commit time.\n"
                   "# TYPE t_commit_seconds histogram\n"
                   "t_commit_seconds_bucket{le=\"0.001000\"} 1\n"
                   "t_commit_seconds_bucket{le=\"1.000000\"} 2\n"
                   "t_commit_seconds_bucket{le=\"+Inf\"} 3\n"
                   "t_commit_seconds_sum 5.002001\n"
                   "t_commit_seconds_count 3\n"
                   "t_commit_seconds_bucket{lane=\"api\",le=\"0.001000\"} 1\n"
                   "t_commit_seconds_bucket{lane=\"api\",le=\"1.000000\"} 1\n"
                   "t_commit_seconds_bucket{lane=\"api\",le=\"+Inf\"} 1\n"
                   "t_commit_seconds_sum{lane=\"api\"} 0.000001\n"
                   "t_commit_seconds_count{lane=\"api\"} 1\n");
}

static void series_past_the_last_are_counted_as_overflow(void **state)
{
    (void)state;
    static struct metric metric = {.kind = METRIC_COUNTER, .name = "t_many_total", .help = "Many."};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100; i++) {
            char labels[32];
            snprintf(labels, sizeof(labels), "i=\"%d\"", i);
            metric_add(&metric, labels, 1);
        }
    }
    const char *text = written();
    size_t series = 0;
    for (const char *at = text; (at = strstr(at, "\nt_many_total{")) != NULL; at++)
        series++;
    assert_int_equal(series, METRIC_SERIES_MAX);
    assert_written("t_many_total{i=\"62\"} 2\n"
                   "t_many_total{overflow=\"true\"} 74\n");
}

static void labels_that_do_not_fit_are_counted_as_overflow(void **state)
{
    (void)state;
    static struct metric metric = {.kind = METRIC_COUNTER, .name = "t_long_total", .help = "Long."};
    char labels[METRIC_LABELS_BYTES + 10];
    snprintf(labels, sizeof(labels), "path=\"%0*d\"", METRIC_LABELS_BYTES, 1);
    for (int i = 0; i < 5; i++)
        metric_add(&metric, labels, 1);
    metric_add(&metric, "path=\"short\"", 1);
    assert_written("# TYPE t_long_total counter\n"
                   "t_long_total{overflow=\"true\"} 5\n"
                   "t_long_total{path=\"short\"} 1\n");
}

static struct metric shared = {.kind = METRIC_COUNTER, .name = "t_shared_total", .help = "Shared."};
static const int64_t shared_bounds[] = {10, 100, INT64_MAX};
static struct metric shared_histogram = {
    .kind = METRIC_HISTOGRAM, .name = "t_shared_sizes", .help = "Shared.", .bounds = shared_bounds};

static void *count_much(void *argument)
{
    (void)argument;
    static const char *const labels[] = {"n=\"0\"", "n=\"1\"", "n=\"2\"", "n=\"3\"", "n=\"4\""};
    for (int i = 0; i < 100000; i++) {
        metric_add(&shared, labels[i % 5], 1);
        metric_observe(&shared_histogram, "", i % 200);
    }
    return NULL;
}

static void counts_of_many_threads_are_exact(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_much, NULL), 0);
    for (int i = 0; i < 20; i++)
        written(); /* while they count */
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 5; i++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "t_shared_total{n=\"%d\"} 80000\n", i);
        assert_written(expected);
    }
    assert_written("t_shared_sizes_bucket{le=\"10\"} 22000\n"
                   "t_shared_sizes_bucket{le=\"100\"} 202000\n"
                   "t_shared_sizes_bucket{le=\"+Inf\"} 400000\n"
                   "t_shared_sizes_sum 39800000\n"
                   "t_shared_sizes_count 400000\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_out, close_out)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_counter_is_written_with_help_and_type),
        TEST(a_metric_without_labels_has_no_braces),
        TEST(a_value_is_divided_exactly),
        TEST(a_histogram_counts_up_to_and_including_each_bound),
        TEST(series_past_the_last_are_counted_as_overflow),
        TEST(labels_that_do_not_fit_are_counted_as_overflow),
        TEST(counts_of_many_threads_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
