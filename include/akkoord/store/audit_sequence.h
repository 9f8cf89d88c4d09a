#pragma once
/*
 * The sequencer of the audit log: gives committed leaves their places in the tree, and signs its head.
 *
 * A leaf has no place as long as its id stands in akkoord.audit_pending. So it does not matter in which order
 * transactions commit: whatever was committed by now is taken, in the order of the ids, and no id is ever passed over.
 * (Of two transactions that wrote the same row the second could write only once the first had committed: it has the
 * greater id, and is never taken before.)
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/store/store.h"

#define AUDIT_TILE_LEAVES     256
#define AUDIT_SEQUENCE_LEAVES 4096 /* in one transaction */

struct audit_sequenced {
    int64_t size;            /* of the tree */
    int64_t added;           /* now */
    int64_t waiting;         /* leaves without a place, as far as was looked */
    int64_t waiting_from_us; /* when the oldest of them was made; 0: none */
    int64_t forged;          /* leaves that the program did not make, and that get no place */
};

/* One pass, in a transaction of its own, unless another process is at it: then `added` is 0 and `size` -1.
 * STATUS_CONFLICT `audit_tree_damaged`: what is stored of the tree is not what was signed; nothing is added to it. */
enum status store_audit_sequence(struct store *store, struct arena *arena, struct audit_sequenced *sequenced,
                                 struct error *error) AKKOORD_MUST_CHECK;

/* Rows that were there before the log. */
struct audit_adopted {
    int64_t rows;   /* 0: that was done before */
    bool is_in_use; /* there is more than what is prepared before a first start: price list and staff */
};

/* Once in the life of a database: rows that were written before it had a log are noted as they are found.
 * STATUS_CONFLICT `audit_state_missing`: it was done, and somebody took the note of it away. */
enum status store_audit_adopt(struct store *store, struct audit_adopted *adopted,
                              struct error *error) AKKOORD_MUST_CHECK;

/* The newest checkpoint, in the arena; STATUS_NOT_FOUND `no_checkpoint`. */
enum status store_audit_checkpoint(struct store *store, struct arena *arena, const char **note,
                                   struct error *error) AKKOORD_MUST_CHECK;

/* Deletes the leaves that were made before `before_us` (the beginning of a month), and of their checkpoints all but the
 * last. Where the last entry of a row that is still there goes with them, it is carried into a new leaf. As the
 * retention role, inside the caller's transaction; *rows is how many leaves go, also when not `really`. */
enum status store_audit_prune(struct store *store, struct arena *arena, int64_t before_us, bool really, int64_t *rows,
                              struct error *error) AKKOORD_MUST_CHECK;
