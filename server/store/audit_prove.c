/* Proofs of inclusion (audit_verify.h). Whatever thread owns the store; one snapshot. */
#include "akkoord/store/audit_verify.h"

#include <stdlib.h>

#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit_sequence.h"
#include "audit_log.h"

#define CALL_TIMEOUT_MS 600000
#define HASHES_FIRST    1024

struct proving {
    struct arena *arena;
    const struct audit_key *key;
    enum audit_facet facet;
    const struct uuid *id;
    uint8_t *hashes;
    size_t count, capacity;
    bool found;
    struct audit_proof *proof;
};

static void visit(void *context, int64_t index, int64_t id, const uint8_t hash[MERKLE_HASH_BYTES],
                  const struct audit_leaf *leaf)
{
    struct proving *proving = context;
    (void)id;
    if (proving->count == proving->capacity) {
        proving->capacity = proving->capacity == 0 ? HASHES_FIRST : 2 * proving->capacity;
        proving->hashes = memory_resize(proving->hashes, proving->capacity, MERKLE_HASH_BYTES);
    }
    memcpy(proving->hashes + proving->count++ * MERKLE_HASH_BYTES, hash, MERKLE_HASH_BYTES);
    for (size_t i = 0; leaf != NULL && i < leaf->length / AUDIT_ENTRY_BYTES; i++) {
        struct audit_entry entry;
        if (!audit_leaf_entry(leaf, i, &entry) || entry.facet != proving->facet ||
            !uuid_equal(&entry.id, proving->id) || (entry.is_found && proving->found))
            continue;
        proving->found = true;
        proving->proof->entry = entry;
        proving->proof->index = index;
        proving->proof->leaf = *leaf;
        proving->proof->leaf.entries = (const uint8_t *)arena_copy_bytes(proving->arena, leaf->entries, leaf->length);
    }
}

static enum status find(struct store *store, struct proving *proving, struct error *error)
{
    const struct log_visitor visitor = {.leaf = visit, .context = proving};
    struct audit_proof *proof = proving->proof;
    struct audit_log_state state;
    enum status status = store_audit_key(store, &proving->key, error);
    if (status == STATUS_OK)
        status = store_audit_checkpoint(store, proving->arena, &proof->note, error);
    if (status == STATUS_OK)
        status = checkpoint_open(proving->key, proof->note, strlen(proof->note), &proof->checkpoint, error);
    if (status == STATUS_OK)
        status = audit_log_state_read(store, proving->key, &state, error);
    if (status == STATUS_OK)
        status = audit_log_read(store, state.pruned_size, &visitor, error);
    if (status == STATUS_OK && proof->checkpoint.size != proving->count)
        status = error_set(error, STATUS_CONFLICT, "audit_tree_damaged",
                           "the tree is not the one that was signed: see `akkoord audit verify`");
    if (status == STATUS_OK && !proving->found)
        status =
            error_set(error, STATUS_NOT_FOUND, "not_in_log",
                      "no leaf with a place in the tree tells of this row (a new one has its place within a second)");
    return status;
}

enum status store_audit_prove(struct store *store, struct arena *arena, enum audit_facet facet, const struct uuid *id,
                              struct audit_proof *proof, struct error *error)
{
    struct proving proving = {.arena = arena, .facet = facet, .id = id, .proof = proof};
    pg_set_call_timeout_ms(store->pg, CALL_TIMEOUT_MS);
    enum status status = pg_begin_snapshot(store->pg, error);
    if (status == STATUS_OK)
        status = find(store, &proving, error);
    if (status == STATUS_OK)
        proof->path_count = merkle_inclusion_proof(proving.hashes, proving.count, (uint64_t)proof->index, proof->path);
    pg_rollback(store->pg);
    pg_set_call_timeout_ms(store->pg, 0);
    free(proving.hashes);
    return status;
}
