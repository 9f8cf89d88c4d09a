/* Data keys: the wrapped format, and that nothing but the right key of the right row comes out of it. */
#include "akkoord/base/crypto.h"
#include "fixture.h"

#define NEW_BILLING_KEK_ID "01970000-0000-7000-8000-000000000012"

/* KNOWN_KEYRING with the billing key retired for a new one, and then destroyed. */
#define NEXT_EPOCH                                                                                                     \
    KEYRING(OTHER_ENTRIES "," KEY_ENTRY(BILLING_KEK_ID, "billing", "retired", KNOWN_KEY_2) "," KEY_ENTRY(              \
        NEW_BILLING_KEK_ID, "billing", "active", OTHER_KEY))
#define AFTER_DESTRUCTION                                                                                              \
    KEYRING(OTHER_ENTRIES "," KEY_FIELDS(BILLING_KEK_ID, "billing", "destroyed") "}," KEY_ENTRY(                       \
        NEW_BILLING_KEK_ID, "billing", "active", OTHER_KEY))

/* The data key 80 .. 9f, id ..0a01, wrapped under 20 .. 3f with the nonce b0 .. bb. */
#define KNOWN_KEY_ID "01970000-0000-7000-8000-000000000a01"
#define KNOWN_WRAPPED                                                                                                  \
    "010102000197000000007000800000000000000201970000000070008000000000000a01b0b1b2b3b4b5b6b7b8b9babb0a5cd4c7499943c4" \
    "e18e77c3ba2ff21a9ce4af3da7c886d547780da1fadde60d75eb8644afa4da06b9afdb81e86d1e17"

static enum status unwrap(struct keyring *keyring, const struct data_key *like, const struct wrapped_key *wrapped,
                          struct data_key *key, struct error *error)
{
    return vault_data_key_unwrap(keyring, like->purpose, &like->id, wrapped->bytes, sizeof(wrapped->bytes), key, error);
}

static void expect_unwraps_to(struct keyring *keyring, const struct wrapped_key *wrapped, const struct data_key *key)
{
    struct data_key again;
    struct error error = {.code = ""};
    enum status status = unwrap(keyring, key, wrapped, &again, &error);
    assert_string_equal(error.code, "");
    assert_int_equal(status, STATUS_OK);
    assert_memory_equal(again.secret, key->secret, DATA_KEY_BYTES);
    assert_true(uuid_equal(&again.id, &key->id));
    assert_int_equal(again.purpose, key->purpose);
    vault_data_key_release(&again);
    assert_null(again.secret);
}

static void a_data_key_comes_back_from_its_wrapping(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    static const enum key_purpose purposes[] = {KEY_PURPOSE_PROFILE, KEY_PURPOSE_BILLING, KEY_PURPOSE_EVENT,
                                                KEY_PURPOSE_STAFF};
    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        struct data_key first, second;
        struct wrapped_key first_wrapped, second_wrapped;
        assert_int_equal(vault_data_key_new(keyring, purposes[i], &first, &first_wrapped, NULL), STATUS_OK);
        assert_int_equal(vault_data_key_new(keyring, purposes[i], &second, &second_wrapped, NULL), STATUS_OK);
        assert_memory_not_equal(first.secret, second.secret, DATA_KEY_BYTES);
        assert_false(uuid_equal(&first.id, &second.id));
        expect_unwraps_to(keyring, &first_wrapped, &first);
        expect_unwraps_to(keyring, &second_wrapped, &second);
        vault_data_key_release(&first);
        vault_data_key_release(&second);
    }
    keyring_free(keyring);
}

static void the_wrapped_format_is_the_documented_one(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct data_key key;
    struct uuid id = uuid_of(KNOWN_KEY_ID);
    uint8_t wrapped[WRAPPED_KEY_BYTES];
    size_t length;
    assert_int_equal(hex_decode(KNOWN_WRAPPED, strlen(KNOWN_WRAPPED), wrapped, sizeof(wrapped), &length), STATUS_OK);
    assert_int_equal(vault_data_key_unwrap(keyring, KEY_PURPOSE_BILLING, &id, wrapped, length, &key, NULL), STATUS_OK);
    for (int i = 0; i < DATA_KEY_BYTES; i++)
        assert_int_equal(key.secret[i], 0x80 + i);
    vault_data_key_release(&key);
    keyring_free(keyring);
}

static void an_altered_wrapped_key_is_refused(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct data_key key, again = {.secret = NULL};
    struct wrapped_key wrapped;
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &key, &wrapped, NULL), STATUS_OK);
    for (size_t i = 0; i < WRAPPED_KEY_BYTES; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct error error = {.code = ""};
            wrapped.bytes[i] ^= (uint8_t)(1 << bit);
            assert_int_equal(unwrap(keyring, &key, &wrapped, &again, &error), STATUS_INTERNAL);
            assert_string_not_equal(error.code, "");
            assert_null(again.secret);
            wrapped.bytes[i] ^= (uint8_t)(1 << bit);
        }
    }
    expect_unwraps_to(keyring, &wrapped, &key);
    vault_data_key_release(&key);
    keyring_free(keyring);
}

static void a_wrapped_key_of_another_length_is_refused(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct data_key key, again;
    struct wrapped_key wrapped;
    uint8_t longer[WRAPPED_KEY_BYTES + 1] = {0};
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_STAFF, &key, &wrapped, NULL), STATUS_OK);
    memcpy(longer, wrapped.bytes, WRAPPED_KEY_BYTES);
    for (size_t length = 0; length <= sizeof(longer); length++) {
        struct error error;
        if (length == WRAPPED_KEY_BYTES)
            continue;
        assert_int_equal(vault_data_key_unwrap(keyring, KEY_PURPOSE_STAFF, &key.id, longer, length, &again, &error),
                         STATUS_INTERNAL);
        assert_string_equal(error.code, "wrapped_key_malformed");
    }
    vault_data_key_release(&key);
    keyring_free(keyring);
}

static void a_wrapped_key_of_another_row_or_purpose_is_refused(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct data_key key, again, other;
    struct wrapped_key wrapped;
    struct error error;
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &key, &wrapped, NULL), STATUS_OK);
    other = key;
    other.purpose = KEY_PURPOSE_PROFILE;
    assert_int_equal(unwrap(keyring, &other, &wrapped, &again, &error), STATUS_INTERNAL);
    assert_string_equal(error.code, "wrapped_key_mismatch");
    other = key;
    other.id = uuid_new();
    assert_int_equal(unwrap(keyring, &other, &wrapped, &again, &error), STATUS_INTERNAL);
    assert_string_equal(error.code, "wrapped_key_mismatch");
    vault_data_key_release(&key);
    keyring_free(keyring);
}

static void what_is_wrong_with_the_keyring_is_told_apart(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct data_key key, again;
    struct wrapped_key wrapped;
    struct error error;
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &key, &wrapped, NULL), STATUS_OK);
    keyring_becomes(keyring, KEYRING(OTHER_ENTRIES "," KEY_ENTRY(BILLING_KEK_ID, "billing", "active", OTHER_KEY)));
    assert_int_equal(unwrap(keyring, &key, &wrapped, &again, &error), STATUS_INTERNAL);
    assert_string_equal(error.code, "wrapped_key_rejected");
    keyring_becomes(keyring, KEYRING(OTHER_ENTRIES "," KEY_ENTRY(NEW_BILLING_KEK_ID, "billing", "active", OTHER_KEY)));
    assert_int_equal(unwrap(keyring, &key, &wrapped, &again, &error), STATUS_INTERNAL);
    assert_string_equal(error.code, "kek_unknown");
    keyring_becomes(keyring, AFTER_DESTRUCTION);
    assert_int_equal(unwrap(keyring, &key, &wrapped, &again, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.code, "kek_destroyed");
    vault_data_key_release(&key);
    keyring_free(keyring);
}

static void a_rewrapped_key_outlives_the_old_kek(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct uuid old_kek = uuid_of(BILLING_KEK_ID), new_kek = uuid_of(NEW_BILLING_KEK_ID);
    struct data_key kept, left, again;
    struct wrapped_key kept_wrapped, left_wrapped;
    struct error error;
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &kept, &kept_wrapped, NULL), STATUS_OK);
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &left, &left_wrapped, NULL), STATUS_OK);
    assert_true(uuid_equal(&kept_wrapped.kek_id, &old_kek));

    keyring_becomes(keyring, NEXT_EPOCH);
    expect_unwraps_to(keyring, &kept_wrapped, &kept); /* a retired key still unwraps */
    assert_int_equal(vault_data_key_rewrap(keyring, kept_wrapped.bytes, WRAPPED_KEY_BYTES, &kept_wrapped, &error),
                     STATUS_OK);
    assert_true(uuid_equal(&kept_wrapped.kek_id, &new_kek));
    assert_memory_equal(kept_wrapped.bytes + 4, new_kek.bytes, sizeof(new_kek.bytes));
    expect_unwraps_to(keyring, &kept_wrapped, &kept);

    keyring_becomes(keyring, AFTER_DESTRUCTION);
    expect_unwraps_to(keyring, &kept_wrapped, &kept);
    assert_int_equal(unwrap(keyring, &left, &left_wrapped, &again, &error), STATUS_NOT_FOUND);
    assert_int_equal(vault_data_key_rewrap(keyring, left_wrapped.bytes, WRAPPED_KEY_BYTES, &left_wrapped, &error),
                     STATUS_NOT_FOUND);
    vault_data_key_release(&kept);
    vault_data_key_release(&left);
    keyring_free(keyring);
}

static void a_released_key_can_be_released_again(void **state)
{
    (void)state;
    struct data_key key = {.secret = NULL};
    vault_data_key_release(&key);
    vault_data_key_release(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a data key comes back from its wrapping", a_data_key_comes_back_from_its_wrapping),
        RULE("the wrapped format is the documented one", the_wrapped_format_is_the_documented_one),
        RULE("an altered wrapped key is refused, whichever bit it is", an_altered_wrapped_key_is_refused),
        RULE("a wrapped key of another length is refused", a_wrapped_key_of_another_length_is_refused),
        RULE("a wrapped key of another row or purpose is refused", a_wrapped_key_of_another_row_or_purpose_is_refused),
        RULE("a wrong, a missing and a destroyed KEK are told apart", what_is_wrong_with_the_keyring_is_told_apart),
        RULE("a rewrapped key outlives the old KEK, another ends with it", a_rewrapped_key_outlives_the_old_kek),
        RULE("a released key can be released again", a_released_key_can_be_released_again),
    };
    return cmocka_run_group_tests_name("vault/data_key", tests, folder_make, folder_remove);
}
