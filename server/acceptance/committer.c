/*
 * The committer's thread: collects what waits, commits it as one batch, answers. Owns the mailbox, the connection and
 * every event and ping from its submission to its answer.
 *
 * Invariants: an item is answered exactly once; never as done before the commit has returned; never later than its
 * deadline plus one call to a database that does not answer. A batch that the database refuses for its data is halved
 * until the bad item stands alone, so that it harms no neighbour.
 */
#include "akkoord/acceptance/committer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/mailbox.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/metrics.h"
#include "akkoord/pg/sql.h"
#include "item.h"

/* Together less than the deadline, so that an item that arrives while the database hangs is answered in time. */
#define COMMITTER_CALL_TIMEOUT_MS    3000
#define COMMITTER_CONNECT_TIMEOUT_MS 2000
#define COMMITTER_LOCK_TIMEOUT_MS    2000
#define COMMITTER_PROBE_MS           1000
#define COMMITTER_RETRY_PAUSE_US     20000

static const int64_t batch_bounds[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, INT64_MAX};
static struct metric batch_sizes = {.kind = METRIC_HISTOGRAM,
                                    .name = "akkoord_batch_items",
                                    .help = "Items committed together in one transaction.",
                                    .bounds = batch_bounds};
static const int64_t commit_bounds_us[] = {1000,   2500,   5000,   10000,   25000,   50000,
                                           100000, 250000, 500000, 1000000, 2500000, INT64_MAX};
static struct metric commit_times = {.kind = METRIC_HISTOGRAM,
                                     .name = "akkoord_batch_seconds",
                                     .help = "Time from the beginning of a batch to its commit.",
                                     .bounds = commit_bounds_us,
                                     .divisor = 1000000};
static struct metric waiting_items = {
    .kind = METRIC_GAUGE, .name = "akkoord_committer_waiting", .help = "Items that wait for the next batch."};
static struct metric failed_batches = {.kind = METRIC_COUNTER,
                                       .name = "akkoord_batch_failures_total",
                                       .help = "Batches that did not commit, by what was done about it."};

struct committer {
    pthread_t thread;
    struct mailbox *mailbox;
    struct store *store;
    struct batch_event_key event_key;
    bool installation_live;
    struct document_series series;
    int64_t failure_logged_us;
    atomic_bool healthy;
};

/* ---- answering ---- */

static void finish(struct item *item, enum status status)
{
    if (item->kind != ITEM_COMMAND) {
        item->done(item->context, status);
        free(item);
        return;
    }
    pthread_mutex_lock(item->lock);
    item->status = status;
    item->is_finished = true;
    pthread_cond_signal(item->finished);
    pthread_mutex_unlock(item->lock);
}

static void finish_unavailable(struct item *item)
{
    error_set(&item->error, STATUS_UNAVAILABLE, "database_unavailable", "the database does not answer: try again");
    finish(item, STATUS_UNAVAILABLE);
}

/* Answers those whose time is up, keeps the others; returns how many are kept. */
static size_t drop_overdue(struct item **items, size_t count)
{
    int64_t now_us = clock_monotonic_us();
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->deadline_us <= now_us)
            finish_unavailable(items[i]);
        else
            items[kept++] = items[i];
    }
    return kept;
}

/* A command whose commit may have taken place is not tried again: it could be refused as done already. An event can be,
 * under its id. */
static size_t drop_commands(struct item **items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->kind == ITEM_COMMAND)
            finish_unavailable(items[i]);
        else
            items[kept++] = items[i];
    }
    return kept;
}

/* ---- batches ---- */

static enum status try_batch(struct committer *committer, struct item **items, size_t count, bool *may_have_committed,
                             struct error *error)
{
    int64_t begun_us = clock_monotonic_us();
    struct arena *arena = arena_new();
    *may_have_committed = false;
    enum status status = store_batch_event_key(committer->store, arena, clock_now_us(), &committer->event_key, error);
    if (status == STATUS_OK)
        status = batch_run(committer->store, arena, items, count, committer->installation_live, &committer->series,
                           &committer->event_key, may_have_committed, error);
    arena_free(arena);
    if (status == STATUS_OK) {
        metric_observe(&batch_sizes, "", (int64_t)count);
        metric_observe(&commit_times, "", clock_monotonic_us() - begun_us);
    }
    return status;
}

/* The database refused the effect of this one item. An event is kept for staff; a command is answered. */
static enum status isolate(struct committer *committer, struct item *item, const struct error *refusal)
{
    log_event(LOG_ERROR, "item.refused", log_text("code", refusal->code), log_text("constraint", refusal->field));
    if (item->kind != ITEM_EVENT) {
        error_set(&item->error, STATUS_INTERNAL, "refused_by_database", "this can't be done");
        finish(item, STATUS_INTERNAL);
        return STATUS_OK;
    }
    struct arena *arena = arena_new();
    struct batch_event event = {.event = &item->event, .body = item->body, .body_length = item->body_length};
    struct error error;
    enum status status =
        store_batch_quarantine(committer->store, arena, &event, clock_now_us(), &committer->event_key, &error);
    arena_free(arena);
    if (status == STATUS_OK)
        finish(item, STATUS_OK);
    return status;
}

static void commit_items(struct committer *committer, struct item **items, size_t count);

/* Halves what was refused together, so that only the bad item is set apart. */
static void commit_in_halves(struct committer *committer, struct item **items, size_t count,
                             const struct error *refusal)
{
    if (count > 1) {
        metric_add(&failed_batches, "then=\"split\"", 1);
        commit_items(committer, items, count / 2);
        commit_items(committer, items + count / 2, count - count / 2);
        return;
    }
    metric_add(&failed_batches, "then=\"isolated\"", 1);
    if (isolate(committer, items[0], refusal) != STATUS_OK)
        finish_unavailable(items[0]);
}

/* While the database is away a batch fails fifty times a second: one line a second says it. */
static void log_failure(struct committer *committer, const struct error *error, size_t count)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - committer->failure_logged_us < CLOCK_US_PER_SECOND)
        return;
    committer->failure_logged_us = now_us;
    log_event(LOG_WARNING, "batch.failed", log_text("code", error->code), log_int("items", (int64_t)count));
}

/* Answers every item, however long the database stays away. */
static void commit_items(struct committer *committer, struct item **items, size_t count)
{
    while (count > 0) {
        struct error error;
        bool may_have_committed;
        enum status status = try_batch(committer, items, count, &may_have_committed, &error);
        atomic_store(&committer->healthy, status != STATUS_UNAVAILABLE);
        if (status == STATUS_OK) {
            for (size_t i = 0; i < count; i++)
                finish(items[i], items[i]->status);
            return;
        }
        if (status == STATUS_INVALID || status == STATUS_CONFLICT) {
            commit_in_halves(committer, items, count, &error);
            return;
        }
        metric_add(&failed_batches, "then=\"retried\"", 1);
        log_failure(committer, &error, count);
        if (may_have_committed)
            count = drop_commands(items, count);
        count = drop_overdue(items, count);
        if (count > 0)
            usleep(COMMITTER_RETRY_PAUSE_US);
    }
}

static void probe(struct committer *committer)
{
    struct error error;
    enum status status = store_probe(committer->store, &error);
    bool healthy = status == STATUS_OK;
    if (atomic_exchange(&committer->healthy, healthy) != healthy)
        log_event(healthy ? LOG_INFO : LOG_WARNING, healthy ? "database.back" : "database.away",
                  log_text("code", healthy ? "ok" : error.code));
}

static void *committer_run_thread(void *argument)
{
    struct committer *committer = argument;
    struct item *items[COMMITTER_BATCH_MAX];
    probe(committer);
    for (;;) {
        bool waits = mailbox_wait(committer->mailbox, COMMITTER_PROBE_MS);
        size_t count = mailbox_take(committer->mailbox, (void **)items, COMMITTER_BATCH_MAX);
        metric_set(&waiting_items, "", (int64_t)mailbox_depth(committer->mailbox));
        count = drop_overdue(items, count);
        if (count > 0)
            commit_items(committer, items, count);
        else if (!waits && mailbox_is_closed(committer->mailbox))
            break;
        else if (!waits)
            probe(committer);
    }
    return NULL;
}

/* ---- the outside ---- */

struct committer *committer_start(const struct committer_options *options)
{
    struct committer *committer = memory_alloc_zero(1, sizeof(*committer));
    const struct pg_options connection = {
        .url = options->database_url,
        .application = "akkoord committer",
        .role = STORE_ROLE_WORKER,
        .connect_timeout_ms = COMMITTER_CONNECT_TIMEOUT_MS,
        .call_timeout_ms = COMMITTER_CALL_TIMEOUT_MS,
        .lock_timeout_ms = COMMITTER_LOCK_TIMEOUT_MS,
        .session_begin = &sql_batch_begin_session,
    };
    committer->store = store_new_with_options(&connection, options->keyring);
    committer->mailbox = mailbox_new(COMMITTER_WAITING_MAX);
    committer->installation_live = options->installation_live;
    committer->series = options->series;
    if (pthread_create(&committer->thread, NULL, committer_run_thread, committer) != 0)
        abort(); /* no thread at the start: nothing can run */
    pthread_setname_np(committer->thread, "committer");
    return committer;
}

void committer_stop(struct committer *committer)
{
    if (committer == NULL)
        return;
    mailbox_close(committer->mailbox);
    pthread_join(committer->thread, NULL);
    vault_data_key_release(&committer->event_key.key);
    mailbox_free(committer->mailbox);
    store_free(committer->store);
    free(committer);
}

bool committer_is_healthy(const struct committer *committer)
{
    return atomic_load(&committer->healthy);
}

static enum status submit(struct committer *committer, enum item_kind kind, const struct payment_event *event,
                          const void *body, size_t body_length, committer_done *done, void *context)
{
    struct item *item = memory_alloc_zero(1, sizeof(*item));
    item->kind = kind;
    item->deadline_us = clock_monotonic_us() + COMMITTER_DEADLINE_MS * INT64_C(1000);
    item->event = *event;
    item->body = body;
    item->body_length = body_length;
    item->done = done;
    item->context = context;
    enum status status = mailbox_post(committer->mailbox, item);
    if (status != STATUS_OK)
        free(item);
    return status;
}

enum status committer_submit_event(struct committer *committer, const struct payment_event *event, const void *body,
                                   size_t body_length, committer_done *done, void *context)
{
    return submit(committer, ITEM_EVENT, event, body, body_length, done, context);
}

enum status committer_submit_ping(struct committer *committer, const struct payment_event *ping, committer_done *done,
                                  void *context)
{
    return submit(committer, ITEM_PING, ping, NULL, 0, done, context);
}

enum status committer_run(struct committer *committer, const struct order_command *command, struct error *error)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
    struct item item = {
        .kind = ITEM_COMMAND,
        .deadline_us = clock_monotonic_us() + COMMITTER_DEADLINE_MS * INT64_C(1000),
        .command = *command,
        .lock = &lock,
        .finished = &finished,
    };
    enum status status = mailbox_post(committer->mailbox, &item);
    if (status != STATUS_OK)
        return error_set(error, status, "busy", "too much is waiting: try again in a moment");
    pthread_mutex_lock(&lock);
    while (!item.is_finished)
        pthread_cond_wait(&finished, &lock);
    pthread_mutex_unlock(&lock);
    if (item.status != STATUS_OK && error != NULL)
        *error = item.error;
    return item.status;
}
