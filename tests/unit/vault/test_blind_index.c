/* E-mail addresses: their one form, what is refused, and the keyed index that finds them. */
#include "akkoord/base/crypto.h"
#include "akkoord/vault/blind_index.h"
#include "fixture.h"

static void expect_form(const char *text, const char *form)
{
    char out[EMAIL_BYTES];
    struct error error = {.code = ""};
    if (email_normalise(text, strlen(text), out, &error) != STATUS_OK)
        fail_msg("'%s' is refused: %s", text, error.code);
    assert_string_equal(out, form);
}

static void expect_refused(const char *text, const char *code)
{
    char out[EMAIL_BYTES];
    struct error error;
    if (email_normalise(text, strlen(text), out, &error) == STATUS_OK)
        fail_msg("'%s' is accepted", text);
    assert_int_equal(error.status, STATUS_INVALID);
    assert_string_equal(error.code, code);
    assert_string_equal(error.field, "email");
    assert_null(strstr(error.detail, text[0] != '\0' ? text : "@"));
}

static void an_address_has_one_form(void **state)
{
    (void)state;
    expect_form("sample@example.com", "sample@example.com");
    expect_form("  Sample.Customer+Tag@EXAMPLE.Com ", "sample.customer+tag@example.com");
    expect_form("a@b.c", "a@b.c");
    expect_form("!#$%&'*+-/=?^_`{|}~0@example.com", "!#$%&'*+-/=?^_`{|}~0@example.com");
    expect_form("x@3com.example", "x@3com.example");
    expect_form("x@xn--bcher-kva.example", "x@xn--bcher-kva.example");
    /* Beyond ASCII nothing is folded or composed. */
    expect_form("\xC3\x89t\xC3\xA9@B\xC3\xBC"
                "cher.example",
                "\xC3\x89t\xC3\xA9@b\xC3\xBC"
                "cher.example");
    expect_form("\xF0\x9F\x98\x80@example.com", "\xF0\x9F\x98\x80@example.com");
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "example.com",
        "@example.com",
        "sample@",
        "sample@@example.com",
        "sample@x@example.com",
        "sample@localhost",
        "sample@example.com.",
        "sample@.example.com",
        "sample@example..com",
        "sample@-example.com",
        "sample@example-.com",
        "sample@exa_mple.com",
        "sample@192.0.2.1",
        "sample@[192.0.2.1]",
        ".sample@example.com",
        "sample.@example.com",
        "sam..ple@example.com",
        "sam ple@example.com",
        "sample@exam ple.com",
        "\"sample\"@example.com",
        "Sample <sample@example.com>",
        "sample@example.com, other@example.com",
        "sample@example.com\n",
        "sample@example.com\r\nBcc: x@example.com",
        "\tsample@example.com",
        "sam\x01ple@example.com",
        "sam\x7Fple@example.com",
        "s\xC3@example.com",             /* cut UTF-8 */
        "s\x80@example.com",             /* a byte that only follows */
        "s\xC0\xAF@example.com",         /* overlong */
        "s\xE0\x80\xAF@example.com",     /* overlong */
        "s\xED\xA0\x80@example.com",     /* a surrogate */
        "s\xF4\x90\x80\x80@example.com", /* past U+10FFFF */
        "s\xFF@example.com",
        "sample@example.\xC3",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_refused(texts[i], "format");
    char out[EMAIL_BYTES];
    assert_int_equal(email_normalise("sam\0ple@example.com", 19, out, NULL), STATUS_INVALID);
    assert_int_equal(email_normalise("sample@example.com\0", 19, out, NULL), STATUS_INVALID);
}

static void the_parts_have_bounds(void **state)
{
    (void)state;
    expect_refused("", "length");
    expect_refused("   ", "length");
    expect_refused(" a@ ", "length");
    expect_refused("a@b", "format");
    char text[512], local[66], label[65];
    memset(local, 'l', sizeof(local));
    memset(label, 'd', sizeof(label));
    snprintf(text, sizeof(text), "%.64s@example.com", local);
    expect_form(text, text);
    snprintf(text, sizeof(text), "%.65s@example.com", local);
    expect_refused(text, "format");
    snprintf(text, sizeof(text), "x@%.63s.com", label);
    expect_form(text, text);
    snprintf(text, sizeof(text), "x@%.64s.com", label);
    expect_refused(text, "format");
    /* 64 + 1 + 63 + 1 + 63 + 1 + 61 = 254. */
    snprintf(text, sizeof(text), "%.64s@%.63s.%.63s.%.61s", local, label, label, label);
    assert_int_equal(strlen(text), EMAIL_LENGTH_MAX);
    expect_form(text, text);
    snprintf(text, sizeof(text), "%.64s@%.63s.%.63s.%.62s", local, label, label, label);
    expect_refused(text, "length");
}

static void the_index_is_the_documented_one(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct blind_index index;
    char hex[2 * BLIND_INDEX_BYTES + 1];
    struct uuid key_id = uuid_of(INDEX_KEK_ID);
    blind_index_make(keyring, "sample@example.com", &index);
    hex_encode(index.bytes, sizeof(index.bytes), hex);
    assert_string_equal(hex, "39c62fbdeca036abf85ddb598667bd70795526a9d706085119932d1f36203fd4");
    assert_true(uuid_equal(&index.key_id, &key_id));
    struct blind_index other;
    blind_index_make(keyring, "sample@example.org", &other);
    assert_memory_not_equal(index.bytes, other.bytes, BLIND_INDEX_BYTES);
    keyring_free(keyring);
}

#define MORE_INDEX_KEYS                                                                                                \
    KEY_FIELDS("01970000-0000-7000-8000-000000000051", "index", "retired")                                             \
    ",\"epoch\":7,\"key\":\"" KNOWN_KEY_0 "\"}," KEY_FIELDS(                                                           \
        "01970000-0000-7000-8000-000000000052", "index",                                                               \
        "active") ",\"epoch\":9,\"key\":\"" OTHER_KEY                                                                  \
                  "\"}," KEY_FIELDS("01970000-0000-7000-8000-000000000053", "index", "destroyed") ",\"epoch\":8}"
#define OLD_INDEX_ENTRY KEY_ENTRY(INDEX_KEK_ID, "index", "retired", KNOWN_KEY_6)

static void an_address_is_found_under_every_living_key(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct blind_index old, found[BLIND_INDEX_KEYS_MAX];
    blind_index_make(keyring, "sample@example.com", &old);
    assert_int_equal(blind_index_candidates(keyring, "sample@example.com", found), 1);
    assert_memory_equal(&found[0], &old, sizeof(old));

    keyring_becomes(keyring, KEYRING(PROFILE_ENTRY "," BILLING_ENTRY "," EVENT_ENTRY "," STAFF_ENTRY "," OLD_INDEX_ENTRY
                                                   "," MORE_INDEX_KEYS));
    struct blind_index fresh;
    struct uuid active = uuid_of("01970000-0000-7000-8000-000000000052"),
                newer = uuid_of("01970000-0000-7000-8000-000000000051");
    blind_index_make(keyring, "sample@example.com", &fresh);
    assert_true(uuid_equal(&fresh.key_id, &active));
    assert_int_equal(blind_index_candidates(keyring, "sample@example.com", found), 3);
    assert_memory_equal(&found[0], &fresh, sizeof(fresh));
    assert_true(uuid_equal(&found[1].key_id, &newer));
    assert_memory_equal(&found[2], &old, sizeof(old));
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("an address has one form", an_address_has_one_form),
        RULE("what is no address is refused, and not repeated", what_is_no_address_is_refused),
        RULE("the parts of an address have bounds", the_parts_have_bounds),
        RULE("the index is the documented one", the_index_is_the_documented_one),
        RULE("an address is found under every living index key", an_address_is_found_under_every_living_key),
    };
    return cmocka_run_group_tests_name("vault/blind_index", tests, folder_make, folder_remove);
}
