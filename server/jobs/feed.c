/* What a provider was found to say goes the way of its webhooks: through the committer. Lanes' threads. */
#include "lanes.h"

struct feeding {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_done;
    enum status status;
};

/* On the committer's thread. */
static void note_outcome(void *context, enum status status)
{
    struct feeding *feeding = context;
    pthread_mutex_lock(&feeding->lock);
    feeding->status = status;
    feeding->is_done = true;
    pthread_cond_signal(&feeding->changed);
    pthread_mutex_unlock(&feeding->lock);
}

enum status jobs_feed_event(struct job_thread *thread, const struct payment_event *event, const char *body,
                            size_t body_length, struct error *error)
{
    struct feeding feeding = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    if (committer_submit_event(thread->options->committer, event, body, body_length, note_outcome, &feeding) !=
        STATUS_OK)
        return error_set(error, STATUS_BUSY, "busy", "too much is waiting");
    pthread_mutex_lock(&feeding.lock);
    while (!feeding.is_done)
        pthread_cond_wait(&feeding.changed, &feeding.lock);
    pthread_mutex_unlock(&feeding.lock);
    if (feeding.status != STATUS_OK)
        return error_set(error, feeding.status, "database_unavailable", "the database does not answer");
    return STATUS_OK;
}
