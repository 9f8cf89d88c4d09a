/*
 * The end of leaves (audit_sequence.h). As the retention role, inside the caller's transaction. Invariants: what goes
 * is a beginning of the log; the hashes of what goes stay in the tiles; what a leaf alone says of a row that is there
 * is said again by a new leaf, and so stays verifiable.
 */
#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit_sequence.h"
#include "audit_known.h"
#include "audit_log.h"
#include "rows.h"

#include <stdlib.h>

#include "akkoord/base/memory.h"

#define CARRIED_AT_ONCE 1000

struct pruning {
    struct audit_log_state state;
    int64_t before_us;
    bool has_ended; /* a leaf was met that stays */
    int64_t size;   /* so many leaves go, counted from the first of the log */
    int64_t *ids;
    size_t count, capacity;
    struct audit_known known; /* what leaves that go say last */
    struct audit_known later; /* deletions by leaves that stay */
};

static void drop_leaf(struct pruning *pruning, int64_t index, int64_t id, const struct audit_leaf *leaf)
{
    if (pruning->count == pruning->capacity) {
        pruning->capacity = pruning->capacity == 0 ? CARRIED_AT_ONCE : 2 * pruning->capacity;
        pruning->ids = memory_resize(pruning->ids, pruning->capacity, sizeof(*pruning->ids));
    }
    pruning->ids[pruning->count++] = id;
    pruning->size = index + 1;
    for (size_t i = 0; i < leaf->length / AUDIT_ENTRY_BYTES; i++) {
        struct audit_entry entry;
        if (audit_leaf_entry(leaf, i, &entry))
            audit_known_put(&pruning->known, &entry, index);
    }
}

/* What a leaf that stays says needs no other to say it. */
static void keep_leaf(struct pruning *pruning, const struct audit_leaf *leaf)
{
    pruning->has_ended = true;
    for (size_t i = 0; i < leaf->length / AUDIT_ENTRY_BYTES; i++) {
        struct audit_entry entry;
        if (!audit_leaf_entry(leaf, i, &entry))
            continue;
        struct known_entry *old = audit_known_find(&pruning->known, entry.facet, &entry.id);
        if (old != NULL)
            old->is_seen = true;
        if (entry.facet == AUDIT_ORDER && audit_entry_is_deletion(&entry))
            audit_known_put(&pruning->later, &entry, 0);
    }
}

/* A leaf whose row is gone can't be looked into: it, and what comes after it, stays for the verification to tell of. */
static void visit(void *context, int64_t index, int64_t id, const uint8_t hash[MERKLE_HASH_BYTES],
                  const struct audit_leaf *leaf)
{
    struct pruning *pruning = context;
    (void)hash;
    if (index >= 0 && index < pruning->state.pruned_size)
        return;
    if (leaf == NULL)
        pruning->has_ended = true;
    else if (index >= 0 && !pruning->has_ended && leaf->made_at_us < pruning->before_us)
        drop_leaf(pruning, index, id, leaf);
    else
        keep_leaf(pruning, leaf);
}

static bool is_carried(const struct pruning *pruning, const struct known_entry *known)
{
    return known->entry.facet != 0 && !known->is_seen && known->entry.facet != AUDIT_EVENT &&
           !audit_entry_is_deletion(&known->entry) && !audit_known_is_gone(&pruning->known, &known->entry) &&
           !audit_known_is_gone(&pruning->later, &known->entry);
}

static enum status insert_carried(struct store *store, struct audit_entries *entries, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, entries->arena);
    audit_leaf_params(entries, clock_now_us(), &params);
    entries->length = entries->capacity = 0;
    return pg_execute(store->pg, &sql_audit_insert, &params, NULL, error);
}

static enum status carry(struct store *store, struct arena *arena, const struct pruning *pruning, struct error *error)
{
    struct audit_entries entries;
    enum status status = audit_entries_begin(store, arena, &entries, error);
    for (size_t i = 0; status == STATUS_OK && i < pruning->known.capacity; i++) {
        if (!is_carried(pruning, &pruning->known.places[i]))
            continue;
        struct audit_entry entry = pruning->known.places[i].entry;
        entry.is_found = true;
        audit_note_entry(&entries, &entry);
        if (entries.length >= (size_t)CARRIED_AT_ONCE * AUDIT_ENTRY_BYTES)
            status = insert_carried(store, &entries, error);
    }
    return status == STATUS_OK && entries.length > 0 ? insert_carried(store, &entries, error) : status;
}

static enum status delete_pruned(struct store *store, struct arena *arena, const struct audit_key *key,
                                 const struct pruning *pruning, struct error *error)
{
    struct pg_params leaves, checkpoints, state;
    uint8_t mac[AUDIT_MAC_BYTES];
    pg_params_init(&leaves, arena);
    struct pg_array *ids = pg_array_begin(&leaves, PG_INT64_ARRAY);
    for (size_t i = 0; i < pruning->count; i++)
        pg_array_add_int64(ids, pruning->ids[i]);
    pg_array_end(ids);
    pg_params_init(&checkpoints, arena);
    pg_params_add_int64(&checkpoints, pruning->state.pruned_size);
    pg_params_add_int64(&checkpoints, pruning->size);
    audit_state_mac(key, pruning->state.adopted_at_us, pruning->size, pruning->before_us, mac);
    pg_params_init(&state, arena);
    pg_params_add_int64(&state, pruning->size);
    pg_params_add_time(&state, pruning->before_us);
    pg_params_add_bytes(&state, mac, sizeof(mac));
    struct pg_batch_item items[] = {{.statement = &sql_audit_delete_leaves, .params = &leaves},
                                    {.statement = &sql_audit_delete_checkpoints, .params = &checkpoints},
                                    {.statement = &sql_audit_prune_state, .params = &state}};
    enum status status = pg_execute_batch(store->pg, items, 3, NULL, error);
    pg_batch_release(items, 3);
    return status;
}

/* The sequencer waits meanwhile. */
static enum status find_pruned(struct store *store, const struct audit_key *key, struct pruning *pruning,
                               struct error *error)
{
    const struct log_visitor visitor = {.leaf = visit, .context = pruning};
    enum status status = pg_execute(store->pg, &sql_audit_lock, NULL, NULL, error);
    if (status == STATUS_OK)
        status = audit_log_state_read(store, key, &pruning->state, error);
    if (status != STATUS_OK || !pruning->state.is_there || pruning->state.pruned_before_us >= pruning->before_us)
        return status;
    if (!pruning->state.is_authentic)
        return error_set(error, STATUS_CONFLICT, "audit_state_changed",
                         "the audit log's state is not what the program wrote: see `akkoord audit verify`");
    status = audit_log_read(store, pruning->state.pruned_size, &visitor, error);
    return status == STATUS_OK ? audit_log_read_waiting(store, &visitor, error) : status;
}

enum status store_audit_prune(struct store *store, struct arena *arena, int64_t before_us, bool really, int64_t *rows,
                              struct error *error)
{
    struct pruning pruning = {.before_us = before_us};
    const struct audit_key *key;
    *rows = 0;
    audit_known_init(&pruning.known);
    audit_known_init(&pruning.later);
    enum status status = store_audit_key(store, &key, error);
    if (status == STATUS_OK)
        status = find_pruned(store, key, &pruning, error);
    if (status == STATUS_OK)
        *rows = (int64_t)pruning.count;
    if (status == STATUS_OK && really && pruning.count > 0) {
        status = carry(store, arena, &pruning, error);
        if (status == STATUS_OK)
            status = delete_pruned(store, arena, key, &pruning, error);
    }
    audit_known_release(&pruning.known);
    audit_known_release(&pruning.later);
    free(pruning.ids);
    return status;
}
