/* A fixed pool of threads over one bounded queue under a lock. Tasks that were accepted always run, also when ending.
 */
#include "akkoord/base/workers.h"

#include <pthread.h>
#include <stdbool.h>

#include "akkoord/base/memory.h"

struct queued_task {
    worker_task *task;
    void *argument;
};

struct workers {
    struct workers_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ending;
    size_t first;
    size_t count;
    struct queued_task *queue;
    pthread_t *threads;
};

static bool take_task(struct workers *workers, struct queued_task *task)
{
    pthread_mutex_lock(&workers->lock);
    while (workers->count == 0 && !workers->ending)
        pthread_cond_wait(&workers->changed, &workers->lock);
    bool found = workers->count > 0;
    if (found) {
        *task = workers->queue[workers->first];
        workers->first = (workers->first + 1) % workers->options.queue_max;
        workers->count--;
    }
    pthread_mutex_unlock(&workers->lock);
    return found;
}

static void *worker_run(void *argument)
{
    struct workers *workers = argument;
    const struct workers_options *options = &workers->options;
    void *state = options->thread_state_new != NULL ? options->thread_state_new(options->context) : NULL;
    struct queued_task task;
    while (take_task(workers, &task))
        task.task(state, task.argument);
    if (options->thread_state_free != NULL)
        options->thread_state_free(state);
    return NULL;
}

struct workers *workers_new(const struct workers_options *options)
{
    struct workers *workers = memory_alloc_zero(1, sizeof(*workers));
    workers->options = *options;
    workers->queue = memory_alloc_zero(options->queue_max, sizeof(*workers->queue));
    workers->threads = memory_alloc_zero(options->threads, sizeof(*workers->threads));
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    for (size_t i = 0; i < options->threads; i++) {
        if (pthread_create(&workers->threads[i], NULL, worker_run, workers) != 0)
            abort(); /* no thread at the start: nothing can run */
        pthread_setname_np(workers->threads[i], options->name);
    }
    return workers;
}

void workers_free(struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->ending = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->options.threads; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    free(workers->threads);
    free(workers->queue);
    free(workers);
}

enum status workers_submit(struct workers *workers, worker_task *task, void *argument)
{
    enum status status = STATUS_BUSY;
    pthread_mutex_lock(&workers->lock);
    if (!workers->ending && workers->count < workers->options.queue_max) {
        size_t last = (workers->first + workers->count) % workers->options.queue_max;
        workers->queue[last] = (struct queued_task){.task = task, .argument = argument};
        workers->count++;
        pthread_cond_signal(&workers->changed);
        status = STATUS_OK;
    }
    pthread_mutex_unlock(&workers->lock);
    return status;
}

size_t workers_depth(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    size_t count = workers->count;
    pthread_mutex_unlock(&workers->lock);
    return count;
}
