/*
 * The Merkle tree by the definition of RFC 6962 section 2.1, computed here by recursion, and by the vectors that
 * Certificate Transparency's implementations share (the eight leaves of their reference tests).
 */
#include <stdlib.h>

#include "akkoord/vault/merkle.h"
#include "rule.h"

#define LEAVES_MAX 300

static const char *const leaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
};
/* Of the trees over the first 1, 2, ... of them. */
static const char *const roots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static const char *hex_of(const uint8_t hash[MERKLE_HASH_BYTES])
{
    static char text[2 * MERKLE_HASH_BYTES + 1];
    hex_encode(hash, MERKLE_HASH_BYTES, text);
    return text;
}

static void the_shared_vectors_hold(void **state)
{
    (void)state;
    struct merkle_tree tree;
    uint8_t hash[MERKLE_HASH_BYTES], data[MERKLE_HASH_BYTES];
    merkle_tree_init(&tree);
    merkle_tree_root(&tree, hash);
    assert_string_equal(hex_of(hash), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
        size_t length;
        assert_int_equal(hex_decode(leaves[i], strlen(leaves[i]), data, sizeof(data), &length), STATUS_OK);
        merkle_leaf_hash(data, length, hash);
        merkle_tree_append(&tree, hash);
        merkle_tree_root(&tree, hash);
        assert_string_equal(hex_of(hash), roots[i]);
    }
}

/* MTH(D[n]) and PATH(m, D[n]) as the RFC writes them. */
static void defined_root(const uint8_t *hashes, size_t count, uint8_t out[MERKLE_HASH_BYTES])
{
    uint8_t node[1 + 2 * MERKLE_HASH_BYTES] = {1};
    size_t split = 1;
    if (count == 1) {
        memcpy(out, hashes, MERKLE_HASH_BYTES);
        return;
    }
    while (2 * split < count)
        split *= 2;
    defined_root(hashes, split, node + 1);
    defined_root(hashes + split * MERKLE_HASH_BYTES, count - split, node + 1 + MERKLE_HASH_BYTES);
    crypto_sha256(node, sizeof(node), out);
}

static uint8_t *random_leaves(size_t count)
{
    uint8_t *hashes = malloc(count * MERKLE_HASH_BYTES);
    assert_non_null(hashes);
    crypto_random(hashes, count * MERKLE_HASH_BYTES);
    return hashes;
}

static void a_tree_of_any_size_has_the_defined_root_and_grows_on_from_its_frontier(void **state)
{
    (void)state;
    uint8_t *hashes = random_leaves(LEAVES_MAX);
    struct merkle_tree tree;
    merkle_tree_init(&tree);
    for (size_t count = 1; count <= LEAVES_MAX; count++) {
        uint8_t expected[MERKLE_HASH_BYTES], root[MERKLE_HASH_BYTES];
        uint8_t frontier[MERKLE_LEVELS_MAX * MERKLE_HASH_BYTES];
        struct merkle_tree read;
        merkle_tree_append(&tree, hashes + (count - 1) * MERKLE_HASH_BYTES);
        merkle_tree_root(&tree, root);
        defined_root(hashes, count, expected);
        assert_memory_equal(root, expected, sizeof(root));
        size_t length = merkle_frontier_write(&tree, frontier);
        assert_int_equal(length, (size_t)__builtin_popcountll(count) * MERKLE_HASH_BYTES);
        assert_true(merkle_frontier_read(count, frontier, length, &read));
        assert_false(merkle_frontier_read(count, frontier, length - 1, &read));
        assert_false(merkle_frontier_read(count, frontier, length + MERKLE_HASH_BYTES, &read));
        assert_true(merkle_frontier_read(count, frontier, length, &read));
        tree = read;
    }
    free(hashes);
}

static void a_proof_leads_to_the_root_from_its_leaf_and_place_alone(void **state)
{
    (void)state;
    uint8_t *hashes = random_leaves(LEAVES_MAX);
    static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 33, 64, 65, 255, 256, 257, LEAVES_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t size = sizes[i];
        uint8_t root[MERKLE_HASH_BYTES], proof[MERKLE_LEVELS_MAX][MERKLE_HASH_BYTES];
        defined_root(hashes, size, root);
        for (size_t index = 0; index < size; index++) {
            const uint8_t *leaf = hashes + index * MERKLE_HASH_BYTES;
            size_t count = merkle_inclusion_proof(hashes, size, index, proof);
            assert_true(merkle_inclusion_verify(leaf, index, size, proof, count, root));
            assert_false(merkle_inclusion_verify(leaf, index, size, proof, count + 1, root));
            assert_false(merkle_inclusion_verify(leaf, size, size, proof, count, root));
            if (size > 1) {
                assert_false(merkle_inclusion_verify(leaf, (index + 1) % size, size, proof, count, root));
                assert_false(merkle_inclusion_verify(hashes + (index + 1) % size * MERKLE_HASH_BYTES, index, size,
                                                     proof, count, root));
                assert_false(merkle_inclusion_verify(leaf, index, size, proof, count - 1, root));
                proof[count / 2][index % MERKLE_HASH_BYTES] ^= 1;
                assert_false(merkle_inclusion_verify(leaf, index, size, proof, count, root));
            }
        }
    }
    free(hashes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("roots are those of the shared vectors", the_shared_vectors_hold),
        RULE("a tree of any size has the defined root, and grows on from its frontier",
             a_tree_of_any_size_has_the_defined_root_and_grows_on_from_its_frontier),
        RULE("a proof leads to the root from its leaf and place alone",
             a_proof_leads_to_the_root_from_its_leaf_and_place_alone),
    };
    return cmocka_run_group_tests_name("vault/merkle", tests, NULL, NULL);
}
