/* Bearer tokens: their form, and that only the hash of the text is needed to know one again. */
#include "akkoord/vault/token.h"
#include "rule.h"

static void a_token_is_known_by_its_hash(void **state)
{
    (void)state;
    char first[TOKEN_TEXT_BYTES], second[TOKEN_TEXT_BYTES];
    uint8_t first_hash[SHA256_BYTES], second_hash[SHA256_BYTES], found[SHA256_BYTES];
    token_new(first, first_hash);
    token_new(second, second_hash);
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), TOKEN_LENGTH);
    assert_int_equal(strspn(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), TOKEN_LENGTH);
    assert_int_equal(token_hash(first, TOKEN_LENGTH, found, NULL), STATUS_OK);
    assert_memory_equal(found, first_hash, SHA256_BYTES);
    assert_memory_not_equal(found, second_hash, SHA256_BYTES);
}

static void the_hash_is_the_sha256_of_the_text(void **state)
{
    (void)state;
    /* sha256sum of 43 times 'A'. */
    uint8_t hash[SHA256_BYTES];
    char hex[2 * SHA256_BYTES + 1];
    assert_int_equal(token_hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", TOKEN_LENGTH, hash, NULL), STATUS_OK);
    hex_encode(hash, sizeof(hash), hex);
    assert_string_equal(hex, "0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a");
}

static void what_is_no_token_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   /* 42 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* 44 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", /* stray bits: another text for the same bytes */
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint8_t hash[SHA256_BYTES];
        struct error error;
        assert_int_equal(token_hash(wrong[i], strlen(wrong[i]), hash, &error), STATUS_UNAUTHENTICATED);
        assert_string_equal(error.code, "unauthenticated");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a token is known by its hash", a_token_is_known_by_its_hash),
        RULE("the hash is the SHA-256 of the text", the_hash_is_the_sha256_of_the_text),
        RULE("what is no token is refused", what_is_no_token_is_refused),
    };
    return cmocka_run_group_tests_name("vault/token", tests, NULL, NULL);
}
