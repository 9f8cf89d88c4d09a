#pragma once
/* What the files behind audit.h share. */
#include "akkoord/store/audit.h"

/* In front of a row's content in its digest: the row secret, the salt, the facet, the subject, the id. */
#define KEY_HEAD_BYTES (SHA256_BYTES + 3 * sizeof(struct uuid) + 1)

/* Compact, with sorted keys, in the arena; what is no object of ours stays as it is. */
const char *audit_canonical_json(struct arena *arena, const char *text);

/* $1: ids; of AUDIT_HISTORY $2: the order. Not of AUDIT_EVENT. Columns as audit_row_read() takes them. */
const struct pg_statement *audit_facet_read(enum audit_facet facet);

/* Of one store: its key, and what the transaction that runs has touched. */
struct store_audit {
    struct audit_key *key;       /* NULL until it is needed */
    struct audit_entry *touched; /* `digest` and `is_found` are used while the leaf is made */
    size_t count, capacity;
    int64_t transaction; /* that they are of */
};

#define AUDIT_LEAF_ID_BYTES 8

/* A row of akkoord.audit_tile; points into the result. */
struct audit_tile {
    int64_t number;
    struct merkle_tree before;
    const uint8_t *hashes;
    const uint8_t *leaves;
    size_t count;
};

/* The columns of sql/audit/last_tile.sql and tiles.sql. STATUS_CONFLICT `audit_tree_damaged`. */
enum status audit_tile_read(const struct pg_result *result, size_t row, struct audit_tile *tile,
                            struct error *error) AKKOORD_MUST_CHECK;
int64_t audit_tile_leaf(const struct audit_tile *tile, size_t index);

/* What the rows of two tables are authenticated by. */
void audit_checkpoint_mac(const struct audit_key *key, int64_t size, int64_t previous, int64_t signed_at_us,
                          const char *note, uint8_t mac[AUDIT_MAC_BYTES]);
void audit_state_mac(const struct audit_key *key, int64_t adopted_at_us, int64_t pruned_size, int64_t pruned_before_us,
                     uint8_t mac[AUDIT_MAC_BYTES]);
