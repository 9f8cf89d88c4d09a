#pragma once
/*
 * What whoever operates the server asks it: is it alive, may it be sent requests, how is it doing.
 *
 *     GET /healthz   200 as long as the process answers at all
 *     GET /readyz    200 · 503 with the reason: the database is away, or the server is ending
 *     GET /metrics   Prometheus' text format, version 0.0.4
 *
 * Answered on the event loops, at once: no database is asked.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/acceptance/committer.h"
#include "akkoord/http/router.h"

#define OPERATIONS_ROUTES        3
#define OPERATIONS_METRICS_BYTES ((size_t)1 << 20)

/* Zeroed but for the committer to begin with; must outlive the server. */
struct operations {
    const struct committer *committer;
    int64_t started_us; /* clock_monotonic_us() */
    atomic_bool draining;
    /* Sets gauges that nobody keeps up to date by themselves; may be NULL. Must not block. */
    void (*refresh_metrics)(void *context);
    void *context;
};

/* Whether /readyz answers 200. Any thread. */
bool operations_is_ready(const struct operations *operations);
void operations_routes(struct operations *operations, struct http_route routes[OPERATIONS_ROUTES]);
