#pragma once
/* What waits for the committer: an event of a provider, a ping of one, or a command of a person or the clock. Inside
 * acceptance only. */
#include <pthread.h>

#include "akkoord/acceptance/committer.h"
#include "akkoord/store/batch.h"

enum item_kind {
    ITEM_COMMAND,
    ITEM_EVENT,
    ITEM_PING, /* of the event only provider and payment_id count */
};

struct item {
    enum item_kind kind;
    int64_t deadline_us; /* monotonic */
    /* an event or a ping: the item is on the heap and owned by the committer */
    struct payment_event event;
    const void *body;
    size_t body_length;
    committer_done *done;
    void *context;
    /* a command: the item is on the stack of the thread that waits for it */
    struct order_command command;
    pthread_mutex_t *lock;
    pthread_cond_t *finished;
    bool is_finished;
    /* how it went; of a command that was refused, with the error */
    enum status status;
    struct error error;
    /* where it stands in the batch under way */
    struct batch_event *in_batch;
};

/* One transaction for all items: fills each item's status and error. STATUS_OK when it was committed; then nothing but
 * commands may have been refused. Other statuses as store_batch_write(): nothing has happened. `may_have_committed` is
 * set when the answer to the commit itself was lost. */
enum status batch_run(struct store *store, struct arena *arena, struct item **items, size_t count,
                      bool installation_live, const struct document_series *series,
                      const struct batch_event_key *event_key, bool *may_have_committed,
                      struct error *error) AKKOORD_MUST_CHECK;
