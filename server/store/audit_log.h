#pragma once
/* Reading the log from its first leaf on. Internal to store; whatever thread owns the store. */
#include "audit_internal.h"

/* What is told while the log is read; returns whether to go on. */
struct log_visitor {
    /* A leaf that has a place; `leaf` is NULL where its row is missing. */
    void (*leaf)(void *context, int64_t index, int64_t id, const uint8_t hash[MERKLE_HASH_BYTES],
                 const struct audit_leaf *leaf);
    /* A tile, before its leaves (may be NULL). */
    void (*tile)(void *context, const struct audit_tile *tile);
    void *context;
};

/* All tiles, and the leaves of those from `from` on; leaves before it are told of without their rows. */
enum status audit_log_read(struct store *store, int64_t from, const struct log_visitor *visitor,
                           struct error *error) AKKOORD_MUST_CHECK;

/* Leaves without a place, in the order of their ids; the index is -1. */
enum status audit_log_read_waiting(struct store *store, const struct log_visitor *visitor,
                                   struct error *error) AKKOORD_MUST_CHECK;

struct audit_log_state {
    bool is_there;
    bool is_authentic;
    int64_t adopted_at_us;
    int64_t pruned_size;
    int64_t pruned_before_us; /* 0: nothing was */
};
enum status audit_log_state_read(struct store *store, const struct audit_key *key, struct audit_log_state *state,
                                 struct error *error) AKKOORD_MUST_CHECK;
