#pragma once
/*
 * A pool of threads with one bounded queue: what must not run on an event loop runs here. Each thread can have a state
 * of its own (a database connection, say), made when it starts and freed when it ends.
 */
#include <stddef.h>

#include "akkoord/base/status.h"

struct workers;

struct workers_options {
    const char *name; /* at most 15 characters: the threads' name */
    size_t threads;
    size_t queue_max;
    /* Both may be NULL; run on the worker's thread. */
    void *(*thread_state_new)(void *context);
    void (*thread_state_free)(void *thread_state);
    void *context;
};

typedef void worker_task(void *thread_state, void *argument);

struct workers *workers_new(const struct workers_options *options);
/* Ends after the queued tasks have run, and joins the threads. NULL is accepted. */
void workers_free(struct workers *workers);
/* Any thread. STATUS_BUSY when the queue is full: nothing was taken over. */
enum status workers_submit(struct workers *workers, worker_task *task, void *argument) AKKOORD_MUST_CHECK;
size_t workers_depth(struct workers *workers);
