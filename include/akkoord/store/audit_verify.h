#pragma once
/*
 * Holds the database against its audit log (audit.h): every leaf, the tree over them, every checkpoint, and every
 * covered row. Reads one snapshot; a server may run. Holds 80 bytes for every covered row in memory.
 *
 * What it can't see: what was done before the leaf of a transaction had its place, within about a second, by whoever
 * removes rows, leaf and waiting note together; and a log that was cut off or rolled back with all that it covered: for
 * that a checkpoint is kept elsewhere.
 */
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/store.h"

struct audit_report {
    int64_t size;   /* of the tree */
    int64_t pruned; /* of these, leaves that have reached their term */
    int64_t waiting;
    int64_t checkpoints;
    int64_t rows;
    int64_t faults;
};

struct audit_watcher {
    /* Once for each fault: "changed: payment 0197..." and its like. */
    void (*fault)(void *context, const char *text);
    /* Before, with how much there is about; then now and then, with how much was done since. Each may be NULL. */
    void (*begin)(void *context, int64_t of);
    void (*progress)(void *context, int64_t done);
    void *context;
};

/* `kept` may be NULL: a checkpoint of this log that was kept elsewhere, and that has to be a prefix. */
enum status store_audit_verify(struct store *store, const struct checkpoint *kept, const struct audit_watcher *watcher,
                               struct audit_report *report, struct error *error) AKKOORD_MUST_CHECK;

/* Proof that the newest entry of a row is in the tree of the newest checkpoint. */
struct audit_proof {
    struct audit_entry entry;
    int64_t index; /* of its leaf */
    struct audit_leaf leaf;
    const char *note;
    struct checkpoint checkpoint;
    uint8_t path[MERKLE_LEVELS_MAX][MERKLE_HASH_BYTES];
    size_t path_count;
};
/* STATUS_NOT_FOUND `not_in_log`. In the arena. */
enum status store_audit_prove(struct store *store, struct arena *arena, enum audit_facet facet, const struct uuid *id,
                              struct audit_proof *proof, struct error *error) AKKOORD_MUST_CHECK;
