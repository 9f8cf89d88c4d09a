#pragma once
/*
 * The Merkle tree of a log (RFC 6962 section 2.1, RFC 9162 section 2.1), with SHA-256: a head commits to all leaves and
 * their order, an inclusion proof shows that a leaf is one of them.
 *
 * A tree that grows is kept as its frontier: the roots of the perfect subtrees that its leaves fall into, of which
 * there is one for every bit that is set in its size. That is all it takes to add a leaf and to give the root.
 *
 * Pure; any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/crypto.h"

#define MERKLE_HASH_BYTES   SHA256_BYTES
#define MERKLE_LEVELS_MAX   63
#define MERKLE_PREFIX_BYTES 1

struct merkle_tree {
    uint64_t size;
    /* By level, from the leaves up; only those of the bits that are set in `size` mean something. */
    uint8_t frontier[MERKLE_LEVELS_MAX][MERKLE_HASH_BYTES];
};

/* SHA-256 of a zero byte and the leaf's data. */
void merkle_leaf_hash(const void *data, size_t length, uint8_t out[MERKLE_HASH_BYTES]);
/* SHA-256 of a one byte and the two. */
void merkle_node_hash(const uint8_t left[MERKLE_HASH_BYTES], const uint8_t right[MERKLE_HASH_BYTES],
                      uint8_t out[MERKLE_HASH_BYTES]);

void merkle_tree_init(struct merkle_tree *tree);
void merkle_tree_append(struct merkle_tree *tree, const uint8_t leaf_hash[MERKLE_HASH_BYTES]);
/* Of an empty tree: SHA-256 of nothing. */
void merkle_tree_root(const struct merkle_tree *tree, uint8_t out[MERKLE_HASH_BYTES]);

/* The frontier as bytes, lowest level first: one hash for each bit that is set in the size. */
size_t merkle_frontier_write(const struct merkle_tree *tree, uint8_t out[MERKLE_LEVELS_MAX * MERKLE_HASH_BYTES]);
/* False when the length is not that of such a frontier. */
bool merkle_frontier_read(uint64_t size, const uint8_t *bytes, size_t length, struct merkle_tree *tree);

/* The audit path of the leaf `index` of the tree over `size` leaf hashes laid end to end, lowest first. Returns how
 * many hashes it has. index < size. */
size_t merkle_inclusion_proof(const uint8_t *leaf_hashes, uint64_t size, uint64_t index,
                              uint8_t proof[MERKLE_LEVELS_MAX][MERKLE_HASH_BYTES]);
/* Whether the proof leads from the leaf to the root (RFC 9162 section 2.1.3.2). */
bool merkle_inclusion_verify(const uint8_t leaf_hash[MERKLE_HASH_BYTES], uint64_t index, uint64_t size,
                             const uint8_t (*proof)[MERKLE_HASH_BYTES], size_t count,
                             const uint8_t root[MERKLE_HASH_BYTES]);
