#pragma once
/*
 * Counters, gauges and histograms of the whole process in Prometheus' text format (version 0.0.4). Any thread; a
 * counter costs one atomic addition. A family is a static struct that registers itself on first use, so a module
 * declares its metrics beside the code that counts.
 */
#include <stdatomic.h>
#include <stdint.h>

#include "akkoord/base/buffer.h"

#define METRIC_SERIES_MAX   64
#define METRIC_BUCKETS_MAX  20
#define METRIC_LABELS_BYTES 96

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric_series {
    char labels[METRIC_LABELS_BYTES]; /* provider="stripe",outcome="accepted" */
    atomic_int_fast64_t value;        /* the histogram's sum */
    atomic_int_fast64_t buckets[METRIC_BUCKETS_MAX + 1];
};

struct metric {
    enum metric_kind kind;
    const char *name;
    const char *help;
    const int64_t *bounds; /* of a histogram, ascending, ended by INT64_MAX; in the unit of observations */
    int64_t divisor;       /* what a value is divided by when written (1000000: microseconds to seconds); 0 is 1 */
    struct metric *next;
    _Atomic int registered;
    _Atomic unsigned series_count;
    struct metric_series series[METRIC_SERIES_MAX];
};

/* `labels` is a text as in struct metric_series, from fixed words only, or ""; past METRIC_SERIES_MAX - 1 different
 * ones the rest is counted under the label overflow="true", as are labels that do not fit METRIC_LABELS_BYTES. */
void metric_add(struct metric *metric, const char *labels, int64_t value);
void metric_set(struct metric *metric, const char *labels, int64_t value);
void metric_observe(struct metric *metric, const char *labels, int64_t value);
/* All metrics used so far. */
void metrics_write(struct buffer *out);
