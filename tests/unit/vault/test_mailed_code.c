/* Codes by mail: that they are the documented ones, and which fit after a change of keys. */
#include "akkoord/vault/mailed_code.h"
#include "fixture.h"

#define FIRST_ID    "01a20622-bcd1-72b4-895d-000000000001"
#define WITH_ZERO   "01a20622-bcd1-72b4-895d-000000000004"
#define INDEX_ID_2  "01970000-0000-7000-8000-000000000052"
#define OTHER_PARTS PROFILE_ENTRY "," BILLING_ENTRY "," EVENT_ENTRY "," STAFF_ENTRY

static bool fits(struct keyring *keyring, const char *id_text, const char *code)
{
    const struct uuid id = uuid_of(id_text);
    return mailed_code_fits(keyring, &id, code, strlen(code));
}

static void expect_code(struct keyring *keyring, const char *id_text, const char *expected)
{
    char code[MAILED_CODE_BYTES];
    const struct uuid id = uuid_of(id_text);
    mailed_code_make(keyring, &id, code);
    assert_string_equal(code, expected);
}

static void a_code_is_the_documented_one(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    expect_code(keyring, FIRST_ID, "11875391");
    expect_code(keyring, WITH_ZERO, "03331761");
    keyring_free(keyring);
}

static void only_the_whole_code_of_the_same_id_fits(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    assert_true(fits(keyring, FIRST_ID, "11875391"));
    assert_false(fits(keyring, WITH_ZERO, "11875391"));
    assert_false(fits(keyring, FIRST_ID, "03331761"));
    assert_false(fits(keyring, FIRST_ID, "11875391 "));
    assert_false(fits(keyring, FIRST_ID, "1187539"));
    assert_false(fits(keyring, FIRST_ID, ""));
    keyring_free(keyring);
}

static void a_code_fits_under_every_living_index_key(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    keyring_becomes(keyring,
                    KEYRING(OTHER_PARTS "," KEY_ENTRY(INDEX_KEK_ID, "index", "retired", KNOWN_KEY_6) "," KEY_FIELDS(
                        INDEX_ID_2, "index", "active") ",\"epoch\":2,\"key\":\"" OTHER_KEY "\"}"));
    expect_code(keyring, FIRST_ID, "27800624");
    assert_true(fits(keyring, FIRST_ID, "27800624"));
    assert_true(fits(keyring, FIRST_ID, "11875391"));
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a code is the documented one", a_code_is_the_documented_one),
        RULE("only the whole code of the same id fits", only_the_whole_code_of_the_same_id_fits),
        RULE("a code fits under every living index key", a_code_fits_under_every_living_index_key),
    };
    return cmocka_run_group_tests_name("vault/mailed_code", tests, folder_make, folder_remove);
}
