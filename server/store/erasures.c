/* Erasures and the ledger of them (erasures.h). Whatever thread owns the store runs it; logs nothing. */
#include "akkoord/store/erasures.h"

#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/history.h"

#define PAGE_ENTRIES 200

static void add_mark(struct pg_params *params, const struct erasure_mark *mark)
{
    pg_params_add_uuid(params, &mark->ledger_id);
    pg_params_add_int64(params, mark->entries);
    pg_params_add_bytes(params, mark->hash, sizeof(mark->hash));
    pg_params_add_time(params, clock_now_us());
}

/* ---- recording ---- */

enum status store_erasure_record(struct store *store, struct arena *arena, struct erasure_ledger *ledger,
                                 const struct erasure *erasure, struct error *error)
{
    struct erasure_mark mark;
    enum status status = erasure_ledger_append(ledger, erasure, &mark, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params noted, keys;
    pg_params_init(&noted, arena);
    add_mark(&noted, &mark);
    pg_params_init(&keys, arena);
    struct pg_array *ids = pg_array_begin(&keys, PG_UUID_ARRAY);
    for (size_t i = 0; i < erasure->keys_count; i++)
        pg_array_add_uuid(ids, &erasure->key_ids[i]);
    pg_array_end(ids);
    struct pg_batch_item items[] = {{.statement = &sql_erasure_note_mark, .params = &noted},
                                    {.statement = &sql_erasure_delete_data_keys, .params = &keys}};
    status = pg_execute_batch(store->pg, items, 2, NULL, error);
    pg_batch_release(items, 2);
    return status;
}

/* ---- replaying ---- */

/* A page of entries: whom and what to delete. */
struct page {
    struct arena *arena;
    struct pg_params customers;
    struct pg_params data_keys;
    struct pg_array *customer_ids;
    struct pg_array *data_key_ids;
    size_t entries;
};

struct replay {
    struct store *store;
    struct erasures_report *report;
    struct erasure_mark known; /* to the database, of this ledger; its id is nil: nothing */
    struct erasure_mark last;
    struct page page;
};

static void page_begin(struct page *page)
{
    arena_reset(page->arena);
    pg_params_init(&page->customers, page->arena);
    pg_params_init(&page->data_keys, page->arena);
    page->customer_ids = pg_array_begin(&page->customers, PG_UUID_ARRAY);
    page->data_key_ids = pg_array_begin(&page->data_keys, PG_UUID_ARRAY);
    page->entries = 0;
}

/* The statements of a page, in their order. */
enum {
    DELETE_CUSTOMERS,
    FORGET_TEXTS,
    CANCEL_ORDERS,
    DELETE_IDEMPOTENCY,
    DELETE_RESERVATIONS,
    DELETE_KEYS,
    STATEMENTS
};

static void touch_rows(struct store *store, enum audit_facet facet, const struct pg_result *result)
{
    for (size_t i = 0; i < pg_result_rows(result); i++) {
        struct uuid id = pg_get_uuid(result, i, 0);
        store_audit_touch(store, facet, NULL, &id);
    }
}

/* Their leaving ended these orders, as far as anybody can still say. */
static enum status note_cancelled(struct replay *replay, const struct pg_result *orders, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < pg_result_rows(orders); i++) {
        const struct history_step step = {.order_id = pg_get_uuid(orders, i, 0),
                                          .step = "cancelled",
                                          .actor = ACTOR_CUSTOMER,
                                          .at_us = clock_now_us()};
        status = store_history_add(replay->store, replay->page.arena, &step, NULL, error);
    }
    return status;
}

static enum status page_delete(struct replay *replay, struct error *error)
{
    struct page *page = &replay->page;
    pg_array_end(page->customer_ids);
    pg_array_end(page->data_key_ids);
    struct pg_batch_item items[STATEMENTS] = {
        [DELETE_CUSTOMERS] = {.statement = &sql_erasure_delete_customers, .params = &page->customers},
        [FORGET_TEXTS] = {.statement = &sql_erasure_forget_texts, .params = &page->customers},
        [CANCEL_ORDERS] = {.statement = &sql_erasure_cancel_orders, .params = &page->data_keys},
        [DELETE_IDEMPOTENCY] = {.statement = &sql_erasure_delete_idempotency, .params = &page->customers},
        [DELETE_RESERVATIONS] = {.statement = &sql_erasure_delete_reservations, .params = &page->customers},
        [DELETE_KEYS] = {.statement = &sql_erasure_delete_data_keys, .params = &page->data_keys},
    };
    enum status status = pg_begin(replay->store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute_batch(replay->store->pg, items, STATEMENTS, NULL, error);
    if (status == STATUS_OK) {
        touch_rows(replay->store, AUDIT_CUSTOMER, items[DELETE_CUSTOMERS].result);
        touch_rows(replay->store, AUDIT_REQUEST, items[FORGET_TEXTS].result);
        touch_rows(replay->store, AUDIT_ORDER_STATE, items[CANCEL_ORDERS].result);
        status = note_cancelled(replay, items[CANCEL_ORDERS].result, error);
    }
    if (status == STATUS_OK)
        status = store_commit(replay->store, error);
    pg_rollback(replay->store->pg);
    if (status == STATUS_OK) {
        replay->report->customers += pg_result_affected(items[DELETE_CUSTOMERS].result);
        replay->report->data_keys += pg_result_affected(items[DELETE_KEYS].result);
    }
    pg_batch_release(items, STATEMENTS);
    page_begin(page);
    return status;
}

/* The file holds what the database has known of it. */
static enum status check_mark(const struct replay *replay, const struct erasure_mark *mark, struct error *error)
{
    bool is_known = !uuid_is_nil(&replay->known.ledger_id) && replay->known.entries == mark->entries;
    if (!is_known || memcmp(replay->known.hash, mark->hash, sizeof(mark->hash)) == 0)
        return STATUS_OK;
    return error_set(error, STATUS_CONFLICT, "erasure_ledger_damaged",
                     "the erasure ledger is not the one that the database knows, from its entry %" PRId64
                     " on: put its newest copy in its place",
                     mark->entries);
}

static enum status visit(void *context, const struct erasure *erasure, const struct erasure_mark *mark,
                         struct error *error)
{
    struct replay *replay = context;
    enum status status = check_mark(replay, mark, error);
    replay->last = *mark;
    if (status != STATUS_OK || erasure == NULL)
        return status;
    replay->report->entries++;
    pg_array_add_uuid(replay->page.customer_ids, &erasure->subject_id);
    for (size_t i = 0; i < erasure->keys_count; i++)
        pg_array_add_uuid(replay->page.data_key_ids, &erasure->key_ids[i]);
    return ++replay->page.entries == PAGE_ENTRIES ? page_delete(replay, error) : STATUS_OK;
}

/* The first visit only says which ledger it is. */
static enum status note_id(void *context, const struct erasure *erasure, const struct erasure_mark *mark,
                           struct error *error)
{
    (void)erasure;
    (void)error;
    *(struct uuid *)context = mark->ledger_id;
    return STATUS_OK;
}

static enum status read_known(struct replay *replay, const struct uuid *ledger_id, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(replay->store->pg, &sql_erasure_marks, NULL, &result, error);
    for (size_t i = 0; status == STATUS_OK && i < pg_result_rows(result); i++) {
        struct uuid id = pg_get_uuid(result, i, 0);
        if (!uuid_equal(&id, ledger_id)) {
            replay->report->others++;
            continue;
        }
        size_t length;
        const uint8_t *hash = pg_get_bytes(result, i, 2, &length);
        replay->known = (struct erasure_mark){.ledger_id = id, .entries = pg_get_int64(result, i, 1)};
        memcpy(replay->known.hash, hash, length < SHA256_BYTES ? length : SHA256_BYTES);
    }
    pg_result_free(result);
    return status;
}

static enum status finish(struct replay *replay, struct error *error)
{
    if (replay->last.entries < replay->known.entries)
        return error_set(error, STATUS_CONFLICT, "erasure_ledger_damaged",
                         "the erasure ledger ends at entry %" PRId64 ", and the database knows %" PRId64
                         ": put its newest copy in its place",
                         replay->last.entries, replay->known.entries);
    struct pg_params params;
    pg_params_init(&params, replay->page.arena);
    add_mark(&params, &replay->last);
    return pg_execute(replay->store->pg, &sql_erasure_note_mark, &params, NULL, error);
}

enum status store_erasures_replay(struct store *store, struct erasure_ledger *ledger, struct erasures_report *report,
                                  struct error *error)
{
    struct replay replay = {.store = store, .report = report, .page.arena = arena_new()};
    struct uuid ledger_id;
    *report = (struct erasures_report){0};
    enum status status = erasure_ledger_read(ledger, note_id, &ledger_id, error);
    if (status == STATUS_OK)
        status = read_known(&replay, &ledger_id, error);
    page_begin(&replay.page);
    if (status == STATUS_OK)
        status = erasure_ledger_read(ledger, visit, &replay, error);
    if (status == STATUS_OK)
        status = page_delete(&replay, error);
    if (status == STATUS_OK)
        status = finish(&replay, error);
    arena_free(replay.page.arena);
    return status;
}
