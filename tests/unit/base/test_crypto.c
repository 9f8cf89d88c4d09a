/* Tests of base/crypto.h against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akkoord/base/crypto.h"

static void assert_digest(const uint8_t digest[SHA256_BYTES], const char *expected_hex)
{
    char hex[2 * SHA256_BYTES + 1];
    hex_encode(digest, SHA256_BYTES, hex);
    assert_string_equal(hex, expected_hex);
}

static void sha_256_gives_the_published_digests(void **state)
{
    (void)state;
    uint8_t digest[SHA256_BYTES];
    crypto_sha256("abc", 3, digest);
    assert_digest(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256("", 0, digest);
    assert_digest(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    crypto_sha256(NULL, 0, digest);
    assert_digest(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231 section 4; case 5 is about a cut digest, which we don't make. */
static void hmac_sha_256_gives_the_digests_of_rfc_4231(void **state)
{
    (void)state;
    uint8_t key[131], data[50], digest[SHA256_BYTES];
    memset(key, 0x0b, 20);
    crypto_hmac_sha256(key, 20, "Hi There", 8, digest);
    assert_digest(digest, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");

    crypto_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, digest);
    assert_digest(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    memset(key, 0xaa, 20);
    memset(data, 0xdd, 50);
    crypto_hmac_sha256(key, 20, data, 50, digest);
    assert_digest(digest, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");

    for (size_t i = 0; i < 25; i++)
        key[i] = (uint8_t)(i + 1);
    memset(data, 0xcd, 50);
    crypto_hmac_sha256(key, 25, data, 50, digest);
    assert_digest(digest, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");

    memset(key, 0xaa, sizeof(key));
    static const char hashed_key[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    crypto_hmac_sha256(key, sizeof(key), hashed_key, strlen(hashed_key), digest);
    assert_digest(digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");

    static const char both_long[] = "This is a test using a larger than block-size key and a larger than block-size "
                                    "data. The key needs to be hashed before being used by the HMAC algorithm.";
    crypto_hmac_sha256(key, sizeof(key), both_long, strlen(both_long), digest);
    assert_digest(digest, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

static void an_empty_key_and_an_empty_text_are_allowed(void **state)
{
    (void)state;
    uint8_t digest[SHA256_BYTES];
    crypto_hmac_sha256(NULL, 0, NULL, 0, digest);
    assert_digest(digest, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    /* Not the key of the call before. */
    crypto_hmac_sha256("Jefe", 4, "sample", 6, digest);
    crypto_hmac_sha256("", 0, "sample", 6, digest);
    assert_digest(digest, "bd939b6c6b84342a0b6cf05c342528fcb69a36976009a41cba48ead7e9ed3453");
}

static void parts_are_signed_as_if_laid_end_to_end(void **state)
{
    (void)state;
    static const char whole[] = "what do ya want for nothing?";
    for (size_t first = 0; first <= strlen(whole); first++) {
        for (size_t second = first; second <= strlen(whole); second++) {
            const struct crypto_part parts[] = {
                {whole, first}, {NULL, 0}, {whole + first, second - first}, {whole + second, strlen(whole) - second}};
            uint8_t digest[SHA256_BYTES];
            crypto_hmac_sha256_parts("Jefe", 4, parts, 4, digest);
            assert_digest(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        }
    }
}

static void only_equal_bytes_of_equal_length_are_equal(void **state)
{
    (void)state;
    uint8_t left[32] = {0}, right[32] = {0};
    assert_true(crypto_equal(left, 32, right, 32));
    assert_true(crypto_equal(left, 0, right, 0));
    assert_true(crypto_equal(NULL, 0, NULL, 0));
    assert_false(crypto_equal(left, 31, right, 32));
    assert_false(crypto_equal(left, 0, right, 1));
    for (size_t bit = 0; bit < 256; bit++) {
        right[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        assert_false(crypto_equal(left, 32, right, 32));
        right[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
}

static void random_bytes_differ_and_every_bit_varies(void **state)
{
    (void)state;
    uint8_t ones[32] = {0}, zeros[32] = {0}, previous[32] = {0};
    for (int i = 0; i < 200; i++) {
        uint8_t bytes[32];
        crypto_random(bytes, sizeof(bytes));
        assert_memory_not_equal(bytes, previous, sizeof(bytes));
        memcpy(previous, bytes, sizeof(bytes));
        for (size_t byte = 0; byte < sizeof(bytes); byte++) {
            ones[byte] |= bytes[byte];
            zeros[byte] |= (uint8_t)~bytes[byte];
        }
    }
    for (size_t byte = 0; byte < sizeof(ones); byte++)
        assert_int_equal(ones[byte] & zeros[byte], 0xff);
    crypto_random(previous, 0);
}

/* More than is drawn ahead, in pieces that don't divide it, so that pieces lie across its end. */
static void bytes_drawn_ahead_are_each_given_once(void **state)
{
    (void)state;
    enum { PIECES = 500, PIECE_BYTES = 12 };
    static uint8_t pieces[PIECES][PIECE_BYTES];
    uint8_t ones[PIECE_BYTES] = {0};
    for (int i = 0; i < PIECES; i++) {
        crypto_random_shown(pieces[i], PIECE_BYTES);
        for (int before = 0; before < i; before++)
            assert_memory_not_equal(pieces[before], pieces[i], PIECE_BYTES);
        for (int byte = 0; byte < PIECE_BYTES; byte++)
            ones[byte] |= pieces[i][byte];
    }
    for (int byte = 0; byte < PIECE_BYTES; byte++)
        assert_int_equal(ones[byte], 0xff);
    uint8_t large[2][1000] = {{0}};
    crypto_random_shown(large[0], sizeof(large[0]));
    crypto_random_shown(large[1], sizeof(large[1]));
    assert_memory_not_equal(large[0], large[1], sizeof(large[0]));
    crypto_random_shown(large[0], 0);
}

static void a_child_process_draws_other_bytes_than_its_parent(void **state)
{
    (void)state;
    uint8_t mine[16], its[16];
    int ends[2];
    crypto_random_shown(mine, sizeof(mine)); /* so that some are drawn ahead */
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        crypto_random_shown(its, sizeof(its));
        _exit(write(ends[1], its, sizeof(its)) == sizeof(its) ? 0 : 1);
    }
    crypto_random_shown(mine, sizeof(mine));
    assert_int_equal(read(ends[0], its, sizeof(its)), sizeof(its));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_memory_not_equal(mine, its, sizeof(its));
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha_256_gives_the_published_digests),
        cmocka_unit_test(hmac_sha_256_gives_the_digests_of_rfc_4231),
        cmocka_unit_test(an_empty_key_and_an_empty_text_are_allowed),
        cmocka_unit_test(parts_are_signed_as_if_laid_end_to_end),
        cmocka_unit_test(only_equal_bytes_of_equal_length_are_equal),
        cmocka_unit_test(random_bytes_differ_and_every_bit_varies),
        cmocka_unit_test(bytes_drawn_ahead_are_each_given_once),
        cmocka_unit_test(a_child_process_draws_other_bytes_than_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
