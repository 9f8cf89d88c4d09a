/* Registration is a lock-free list of families; a series is found by its labels, made under a lock, counted atomically.
 */
#include "akkoord/base/metrics.h"

#include <pthread.h>

static pthread_mutex_t metrics_lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *_Atomic metrics_first;
static const char overflow_labels[] = "overflow=\"true\"";

static void metric_register(struct metric *metric)
{
    if (atomic_load_explicit(&metric->registered, memory_order_acquire))
        return;
    pthread_mutex_lock(&metrics_lock);
    if (!atomic_load_explicit(&metric->registered, memory_order_relaxed)) {
        metric->next = atomic_load(&metrics_first);
        atomic_store(&metrics_first, metric);
        atomic_store_explicit(&metric->registered, 1, memory_order_release);
    }
    pthread_mutex_unlock(&metrics_lock);
}

static struct metric_series *find_series(struct metric *metric, const char *labels, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(metric->series[i].labels, labels) == 0)
            return &metric->series[i];
    }
    return NULL;
}

static struct metric_series *metric_series(struct metric *metric, const char *labels)
{
    metric_register(metric);
    if (strlen(labels) >= METRIC_LABELS_BYTES)
        labels = overflow_labels; /* cut, it would not be found again */
    unsigned count = atomic_load_explicit(&metric->series_count, memory_order_acquire);
    struct metric_series *series = find_series(metric, labels, count);
    if (series != NULL)
        return series;
    pthread_mutex_lock(&metrics_lock);
    count = atomic_load_explicit(&metric->series_count, memory_order_relaxed);
    series = find_series(metric, labels, count);
    if (series == NULL && count >= METRIC_SERIES_MAX - 1) {
        labels = overflow_labels; /* the last place is kept for it */
        series = find_series(metric, labels, count);
    }
    if (series == NULL) {
        series = &metric->series[count];
        snprintf(series->labels, sizeof(series->labels), "%s", labels);
        atomic_store_explicit(&metric->series_count, count + 1, memory_order_release);
    }
    pthread_mutex_unlock(&metrics_lock);
    return series;
}

void metric_add(struct metric *metric, const char *labels, int64_t value)
{
    atomic_fetch_add_explicit(&metric_series(metric, labels)->value, value, memory_order_relaxed);
}

void metric_set(struct metric *metric, const char *labels, int64_t value)
{
    atomic_store_explicit(&metric_series(metric, labels)->value, value, memory_order_relaxed);
}

void metric_observe(struct metric *metric, const char *labels, int64_t value)
{
    struct metric_series *series = metric_series(metric, labels);
    unsigned bucket = 0;
    while (metric->bounds[bucket] != INT64_MAX && value > metric->bounds[bucket])
        bucket++;
    atomic_fetch_add_explicit(&series->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&series->value, value, memory_order_relaxed);
}

/* "12" or "0.000123": value / divisor exactly, for divisors that are powers of ten. */
static void append_number(struct buffer *out, int64_t value, int64_t divisor)
{
    int digits = 0;
    for (int64_t rest = divisor; rest > 1; rest /= 10)
        digits++;
    /* The sign is written apart: -500000 / 1000000 is -0.500000, and its whole part has none. */
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t unit = (uint64_t)divisor;
    const char *sign = value < 0 ? "-" : "";
    if (digits == 0)
        buffer_append_format(out, "%s%llu", sign, (unsigned long long)magnitude);
    else
        buffer_append_format(out, "%s%llu.%0*llu", sign, (unsigned long long)(magnitude / unit), digits,
                             (unsigned long long)(magnitude % unit));
}

static void append_sample(struct buffer *out, const char *name, const char *suffix, const char *labels, int64_t value,
                          int64_t divisor)
{
    buffer_append_format(out, labels[0] != '\0' ? "%s%s{%s} " : "%s%s%s ", name, suffix, labels);
    append_number(out, value, divisor);
    buffer_append_text(out, "\n");
}

static void append_histogram(struct buffer *out, const struct metric *metric, const struct metric_series *series,
                             int64_t divisor)
{
    int64_t total = 0;
    const char *comma = series->labels[0] != '\0' ? "," : "";
    for (unsigned i = 0;; i++) {
        total += (int64_t)atomic_load_explicit(&series->buckets[i], memory_order_relaxed);
        buffer_append_format(out, "%s_bucket{%s%sle=\"", metric->name, series->labels, comma);
        if (metric->bounds[i] == INT64_MAX)
            buffer_append_text(out, "+Inf");
        else
            append_number(out, metric->bounds[i], divisor);
        buffer_append_format(out, "\"} %lld\n", (long long)total);
        if (metric->bounds[i] == INT64_MAX)
            break;
    }
    append_sample(out, metric->name, "_sum", series->labels, (int64_t)atomic_load(&series->value), divisor);
    append_sample(out, metric->name, "_count", series->labels, total, 1);
}

void metrics_write(struct buffer *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    for (struct metric *metric = atomic_load(&metrics_first); metric != NULL; metric = metric->next) {
        int64_t divisor = metric->divisor > 0 ? metric->divisor : 1;
        unsigned count = atomic_load_explicit(&metric->series_count, memory_order_acquire);
        buffer_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                             kinds[metric->kind]);
        for (unsigned i = 0; i < count; i++) {
            const struct metric_series *series = &metric->series[i];
            if (metric->kind == METRIC_HISTOGRAM)
                append_histogram(out, metric, series, divisor);
            else
                append_sample(out, metric->name, "", series->labels, (int64_t)atomic_load(&series->value), divisor);
        }
    }
}
