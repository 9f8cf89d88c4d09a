/* Passwords: the rules, the stored form, and that time and memory do not give anything away or stay taken. */
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/vault/password.h"
#include "rule.h"

#define SAMPLE "correct horse battery"

/* 'sample password' with the salt ABCDEFGHIJKLMNOP, computed with the reference implementation's command line tool:
 * m=19456,t=2,p=1, and m=64,t=1,p=2 for a hash with other parameters. */
#define KNOWN_HASH "$argon2id$v=19$m=19456,t=2,p=1$QUJDREVGR0hJSktMTU5PUA$K/5J6KEqj9Z5Ic3qwKtLYJxow82cZmr+pdPXFeUM/Qs"
#define KNOWN_LIGHT_HASH                                                                                               \
    "$argon2id$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$KHiC22OJp6cPH/4ElGYa94eI+0xwTjCF8JUYOJeXzlY"

static enum status verify(const char *password, const char *hash, struct error *error)
{
    return password_verify(password, strlen(password), hash, error);
}

static void a_password_fits_its_own_hash_only(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_BYTES], again[PASSWORD_HASH_BYTES];
    struct error error;
    assert_int_equal(password_hash(SAMPLE, strlen(SAMPLE), hash, &error), STATUS_OK);
    assert_int_equal(password_hash(SAMPLE, strlen(SAMPLE), again, &error), STATUS_OK);
    assert_string_not_equal(hash, again);
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    assert_int_equal(verify(SAMPLE, hash, &error), STATUS_OK);
    assert_int_equal(verify(SAMPLE, again, &error), STATUS_OK);
    static const char *const wrong[] = {"", "correct horse batter", "correct horse battery ", "Correct horse battery"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(verify(wrong[i], hash, &error), STATUS_UNAUTHENTICATED);
        assert_string_equal(error.code, "wrong_password");
    }
}

static void hashes_of_the_reference_implementation_are_read(void **state)
{
    (void)state;
    struct error error = {.code = ""};
    assert_int_equal(verify("sample password", KNOWN_HASH, &error), STATUS_OK);
    assert_int_equal(verify("sample passwore", KNOWN_HASH, &error), STATUS_UNAUTHENTICATED);
    assert_int_equal(verify("sample password", KNOWN_LIGHT_HASH, &error), STATUS_OK);
}

static void other_parameters_ask_for_a_new_hash(void **state)
{
    (void)state;
    assert_false(password_needs_rehash(KNOWN_HASH));
    assert_true(password_needs_rehash(KNOWN_LIGHT_HASH));
    assert_true(password_needs_rehash("$2b$10$other"));
}

static void a_stored_text_of_another_form_is_refused(void **state)
{
    (void)state;
    static const char good[] = "$argon2id$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$"
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    static const char *const bad[] = {
        "",
        "$argon2i$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=16$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=4294967360,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1048577,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=15,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=0,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=17,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=1,p=17$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=064,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5P$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAA",
        "$argon2id$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=1,p=2$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$",
        "$argon2id$v=19$m=64,t=1,p=2$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    struct error error;
    assert_int_equal(verify(SAMPLE, good, &error), STATUS_UNAUTHENTICATED); /* readable, and not this password's */
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(verify(SAMPLE, bad[i], &error), STATUS_INTERNAL);
        assert_string_equal(error.code, "password_hash_malformed");
    }
    /* Every shorter text, too. */
    char cut[sizeof(good)];
    for (size_t length = 0; length < strlen(good); length++) {
        memcpy(cut, good, length);
        cut[length] = '\0';
        assert_int_equal(verify(SAMPLE, cut, &error), STATUS_INTERNAL);
    }
}

static void expect_length_fault(const char *password, size_t length)
{
    struct error error;
    char hash[PASSWORD_HASH_BYTES];
    assert_int_equal(password_check_rules(password, length, &error), STATUS_INVALID);
    assert_string_equal(error.code, "length");
    assert_string_equal(error.field, "password");
    assert_int_equal(password_hash(password, length, hash, &error), STATUS_INVALID);
}

static void a_password_has_8_to_1024_characters_whatever_their_bytes(void **state)
{
    (void)state;
    char longest[PASSWORD_CHARACTERS_MAX + 1], widest[PASSWORD_LENGTH_MAX];
    memset(longest, 'x', sizeof(longest));
    for (size_t i = 0; i < sizeof(widest); i += 4)
        memcpy(widest + i, "\xF0\x9F\x8C\x8D", 4);
    expect_length_fault("", 0);
    expect_length_fault("1234567", 7);
    assert_int_equal(password_check_rules("12345678", 8, NULL), STATUS_OK);
    /* Characters, not bytes: five of two bytes are five. */
    expect_length_fault("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 10);
    assert_int_equal(password_check_rules(
                         "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 20, NULL),
                     STATUS_OK);
    assert_int_equal(password_check_rules(longest, PASSWORD_CHARACTERS_MAX, NULL), STATUS_OK);
    expect_length_fault(longest, PASSWORD_CHARACTERS_MAX + 1);
    assert_int_equal(password_check_rules(widest, PASSWORD_LENGTH_MAX, NULL), STATUS_OK);
}

static void what_stands_past_the_bound_never_fits(void **state)
{
    (void)state;
    char longest[PASSWORD_LENGTH_MAX + 1], hash[PASSWORD_HASH_BYTES];
    memset(longest, 'x', sizeof(longest));
    for (size_t i = 0; i < PASSWORD_LENGTH_MAX; i += 4)
        memcpy(longest + i, "\xF0\x9F\x8C\x8D", 4);
    assert_int_equal(password_hash(longest, PASSWORD_LENGTH_MAX, hash, NULL), STATUS_OK);
    assert_int_equal(password_verify(longest, PASSWORD_LENGTH_MAX, hash, NULL), STATUS_OK);
    assert_int_equal(password_verify(longest, PASSWORD_LENGTH_MAX + 1, hash, NULL), STATUS_UNAUTHENTICATED);
}

/* Work and not time, as others use the machine too. */
static int64_t thread_cpu_us(void)
{
    struct timespec used;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used), 0);
    return used.tv_sec * CLOCK_US_PER_SECOND + used.tv_nsec / 1000;
}

/* The best of a few runs. */
static int64_t best_us(bool nobody)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        int64_t start = thread_cpu_us();
        enum status status =
            nobody ? password_verify_nobody(SAMPLE, strlen(SAMPLE), NULL) : verify(SAMPLE, KNOWN_HASH, NULL);
        int64_t elapsed = thread_cpu_us() - start;
        assert_int_equal(status, STATUS_UNAUTHENTICATED);
        best = elapsed < best ? elapsed : best;
    }
    return best;
}

static void an_unknown_user_costs_what_a_known_one_does(void **state)
{
    (void)state;
    struct error known, unknown;
    assert_int_equal(verify(SAMPLE, KNOWN_HASH, &known), STATUS_UNAUTHENTICATED);
    assert_int_equal(password_verify_nobody(SAMPLE, strlen(SAMPLE), &unknown), STATUS_UNAUTHENTICATED);
    assert_string_equal(unknown.code, known.code);
    assert_string_equal(unknown.detail, known.detail);
    int64_t known_us = best_us(false), unknown_us = best_us(true);
    assert_true(unknown_us < 2 * known_us && known_us < 2 * unknown_us);
}

static long resident_kib(void)
{
    char line[128], *resident;
    FILE *statm = fopen("/proc/self/statm", "re");
    assert_non_null(statm);
    assert_non_null(fgets(line, sizeof(line), statm));
    fclose(statm);
    (void)strtol(line, &resident, 10); /* the size of all mappings */
    return strtol(resident, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

static void the_memory_of_a_hash_is_given_back(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_BYTES];
    assert_int_equal(password_hash(SAMPLE, strlen(SAMPLE), hash, NULL), STATUS_OK);
    long before = resident_kib();
    for (int i = 0; i < 5; i++)
        assert_int_equal(password_hash(SAMPLE, strlen(SAMPLE), hash, NULL), STATUS_OK);
    assert_true(resident_kib() - before < 4096); /* one call takes 19 MiB */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a password fits its own hash only", a_password_fits_its_own_hash_only),
        RULE("hashes of the reference implementation are read", hashes_of_the_reference_implementation_are_read),
        RULE("other parameters ask for a new hash", other_parameters_ask_for_a_new_hash),
        RULE("a stored text of another form is refused", a_stored_text_of_another_form_is_refused),
        RULE("a password has at least 8 characters and at most 1024 bytes",
             a_password_has_8_to_1024_characters_whatever_their_bytes),
        RULE("what stands past the bound never fits", what_stands_past_the_bound_never_fits),
        RULE("an unknown user costs what a known one does", an_unknown_user_costs_what_a_known_one_does),
        RULE("the memory of a hash is given back", the_memory_of_a_hash_is_given_back),
    };
    return cmocka_run_group_tests_name("vault/password", tests, NULL, NULL);
}
