/* The tree of RFC 6962 (merkle.h). Keeps nothing; any thread. */
#include "akkoord/vault/merkle.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

void merkle_leaf_hash(const void *data, size_t length, uint8_t out[MERKLE_HASH_BYTES])
{
    static const uint8_t prefix = LEAF_PREFIX;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(context, &prefix, sizeof(prefix)) == 1 &&
                EVP_DigestUpdate(context, data, length) == 1 && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (!good)
        abort(); /* nothing in the input can make this fail */
}

void merkle_node_hash(const uint8_t left[MERKLE_HASH_BYTES], const uint8_t right[MERKLE_HASH_BYTES],
                      uint8_t out[MERKLE_HASH_BYTES])
{
    uint8_t node[MERKLE_PREFIX_BYTES + 2 * MERKLE_HASH_BYTES];
    node[0] = NODE_PREFIX;
    memcpy(node + MERKLE_PREFIX_BYTES, left, MERKLE_HASH_BYTES);
    memcpy(node + MERKLE_PREFIX_BYTES + MERKLE_HASH_BYTES, right, MERKLE_HASH_BYTES);
    crypto_sha256(node, sizeof(node), out);
}

/* ---- growing ---- */

void merkle_tree_init(struct merkle_tree *tree)
{
    tree->size = 0;
}

/* As in adding one to a binary number: every carry makes one subtree of two. */
void merkle_tree_append(struct merkle_tree *tree, const uint8_t leaf_hash[MERKLE_HASH_BYTES])
{
    uint8_t hash[MERKLE_HASH_BYTES];
    size_t level = 0;
    memcpy(hash, leaf_hash, sizeof(hash));
    for (; (tree->size >> level & 1) != 0; level++)
        merkle_node_hash(tree->frontier[level], hash, hash);
    assert(level < MERKLE_LEVELS_MAX);
    memcpy(tree->frontier[level], hash, sizeof(hash));
    tree->size++;
}

void merkle_tree_root(const struct merkle_tree *tree, uint8_t out[MERKLE_HASH_BYTES])
{
    bool begun = false;
    if (tree->size == 0)
        crypto_sha256("", 0, out);
    for (size_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if ((tree->size >> level & 1) == 0)
            continue;
        if (begun)
            merkle_node_hash(tree->frontier[level], out, out);
        else
            memcpy(out, tree->frontier[level], MERKLE_HASH_BYTES);
        begun = true;
    }
}

size_t merkle_frontier_write(const struct merkle_tree *tree, uint8_t out[MERKLE_LEVELS_MAX * MERKLE_HASH_BYTES])
{
    size_t length = 0;
    for (size_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if ((tree->size >> level & 1) == 0)
            continue;
        memcpy(out + length, tree->frontier[level], MERKLE_HASH_BYTES);
        length += MERKLE_HASH_BYTES;
    }
    return length;
}

bool merkle_frontier_read(uint64_t size, const uint8_t *bytes, size_t length, struct merkle_tree *tree)
{
    size_t at = 0;
    if (size >> MERKLE_LEVELS_MAX != 0)
        return false;
    tree->size = size;
    for (size_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if ((size >> level & 1) == 0)
            continue;
        if (length - at < MERKLE_HASH_BYTES)
            return false;
        memcpy(tree->frontier[level], bytes + at, MERKLE_HASH_BYTES);
        at += MERKLE_HASH_BYTES;
    }
    return at == length;
}

/* ---- proofs ---- */

static void subtree_root(const uint8_t *leaf_hashes, uint64_t size, uint8_t out[MERKLE_HASH_BYTES])
{
    struct merkle_tree tree;
    merkle_tree_init(&tree);
    for (uint64_t i = 0; i < size; i++)
        merkle_tree_append(&tree, leaf_hashes + i * MERKLE_HASH_BYTES);
    merkle_tree_root(&tree, out);
}

/* The largest power of two that is smaller than `size`. */
static uint64_t split_of(uint64_t size)
{
    uint64_t split = 1;
    while (split << 1 < size)
        split <<= 1;
    return split;
}

size_t merkle_inclusion_proof(const uint8_t *leaf_hashes, uint64_t size, uint64_t index,
                              uint8_t proof[MERKLE_LEVELS_MAX][MERKLE_HASH_BYTES])
{
    size_t count = 0;
    assert(index < size);
    /* From the root down, so the last comes first. */
    while (size > 1) {
        uint64_t split = split_of(size);
        bool is_left = index < split;
        assert(count < MERKLE_LEVELS_MAX);
        subtree_root(is_left ? leaf_hashes + split * MERKLE_HASH_BYTES : leaf_hashes, is_left ? size - split : split,
                     proof[count++]);
        leaf_hashes += is_left ? 0 : split * MERKLE_HASH_BYTES;
        index -= is_left ? 0 : split;
        size = is_left ? split : size - split;
    }
    for (size_t i = 0; i < count / 2; i++) {
        uint8_t swap[MERKLE_HASH_BYTES];
        memcpy(swap, proof[i], sizeof(swap));
        memcpy(proof[i], proof[count - 1 - i], sizeof(swap));
        memcpy(proof[count - 1 - i], swap, sizeof(swap));
    }
    return count;
}

bool merkle_inclusion_verify(const uint8_t leaf_hash[MERKLE_HASH_BYTES], uint64_t index, uint64_t size,
                             const uint8_t (*proof)[MERKLE_HASH_BYTES], size_t count,
                             const uint8_t root[MERKLE_HASH_BYTES])
{
    uint8_t hash[MERKLE_HASH_BYTES];
    uint64_t place = index, last = size - 1;
    if (index >= size)
        return false;
    memcpy(hash, leaf_hash, sizeof(hash));
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if ((place & 1) != 0 || place == last) {
            merkle_node_hash(proof[i], hash, hash);
            while ((place & 1) == 0 && place != 0) {
                place >>= 1;
                last >>= 1;
            }
        } else {
            merkle_node_hash(hash, proof[i], hash);
        }
        place >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(hash, root, sizeof(hash)) == 0;
}
