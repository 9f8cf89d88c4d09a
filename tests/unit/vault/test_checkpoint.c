/*
 * The audit key and its checkpoints: the known answers were computed with node:crypto (hkdfSync, Ed25519, HMAC) from
 * what the header says and C2SP's signed-note and tlog-checkpoint, not from this code.
 */
#include "akkoord/vault/checkpoint.h"
#include "fixture.h"

#define AUDIT_KEK_ID "01970000-0000-7000-8000-000000000006"
#define KNOWN_KEY_10 "oKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr8="
#define AUDIT_ENTRY  KEY_ENTRY(AUDIT_KEK_ID, "audit", "active", KNOWN_KEY_10)
#define ORIGIN       "akkoord/" AUDIT_KEK_ID
#define SIGNATURE                                                                                                      \
    "\xe2\x80\x94 " ORIGIN                                                                                             \
    " e6ODr1VTUsMeS5WpGF4cEhcBm6MhJcTELHZ3M/8k/GvLKwri6lLVwg/SUCxwoEu03Gv+vdrXwV4FI3b8HVcpBBHI5Aw=\n"
#define ROOT "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
#define NOTE ORIGIN "\n4711\n" ROOT "\n" SIGNATURE

static struct audit_key *known_key(void)
{
    struct keyring *keyring = keyring_of(KEYRING(OTHER_ENTRIES "," BILLING_ENTRY "," AUDIT_ENTRY));
    struct audit_key *key;
    assert_int_equal(audit_key_open(keyring, &key, NULL), STATUS_OK);
    keyring_free(keyring);
    return key;
}

static void keys_and_notes_are_the_documented_ones(void **state)
{
    (void)state;
    struct audit_key *key = known_key();
    char verifier[VERIFIER_KEY_BYTES_MAX], note[CHECKPOINT_BYTES_MAX], text[2 * AUDIT_MAC_BYTES + 1];
    uint8_t mac[AUDIT_MAC_BYTES];
    struct checkpoint checkpoint = {.size = 4711};
    audit_key_verifier(key, verifier);
    assert_string_equal(verifier, ORIGIN "+7ba383af+AQo0MFBXrjjuvQxOktnlykqePtaxJ5TQ5IdjBNaquqe8");
    crypto_sha256("root", 4, checkpoint.root);
    checkpoint_sign(key, &checkpoint, note);
    assert_string_equal(note, NOTE);
    audit_key_mac(key, "leaf", "abc", 3, mac);
    hex_encode(mac, sizeof(mac), text);
    assert_string_equal(text, "17d3da0de70e942c088f0eea01cf3756dbe9bcb646915de2bdca23fd608ae6b4");
    hex_encode(audit_key_row_secret(key), AUDIT_MAC_BYTES, text);
    assert_string_equal(text, "cdf3335ae3569615f53b276821deb3e2b4d9e4aca8be10875e15bbdf07e081e2");
    audit_key_free(key);
}

static const char *code_of(const struct audit_key *key, const char *text)
{
    static struct error error;
    struct checkpoint checkpoint;
    error = (struct error){0};
    return checkpoint_open(key, text, strlen(text), &checkpoint, &error) == STATUS_OK ? "" : error.code;
}

static void a_note_opens_and_with_signatures_of_others_too(void **state)
{
    (void)state;
    struct audit_key *key = known_key();
    struct checkpoint checkpoint;
    uint8_t root[MERKLE_HASH_BYTES];
    crypto_sha256("root", 4, root);
    assert_int_equal(checkpoint_open(key, NOTE, strlen(NOTE), &checkpoint, NULL), STATUS_OK);
    assert_int_equal(checkpoint.size, 4711);
    assert_memory_equal(checkpoint.root, root, sizeof(root));
    assert_string_equal(code_of(key, ORIGIN "\n4711\n" ROOT "\n\xe2\x80\x94 witness.example AAAA\n" SIGNATURE), "");
    audit_key_free(key);
}

static void what_is_no_note_of_this_log_is_refused(void **state)
{
    (void)state;
    struct audit_key *key = known_key();
    static const struct {
        const char *text;
        const char *code;
    } refused[] = {
        {"", "checkpoint_malformed"},
        {ORIGIN, "checkpoint_malformed"},
        {ORIGIN "\n", "checkpoint_malformed"},
        {"akkoord/other\n4711\n" ROOT "\n" SIGNATURE, "checkpoint_foreign"},
        {ORIGIN "x\n4711\n" ROOT "\n" SIGNATURE, "checkpoint_foreign"},
        {ORIGIN "\n04711\n" ROOT "\n" SIGNATURE, "checkpoint_malformed"},
        {ORIGIN "\n-1\n" ROOT "\n" SIGNATURE, "checkpoint_malformed"},
        {ORIGIN "\n\n" ROOT "\n" SIGNATURE, "checkpoint_malformed"},
        {ORIGIN "\n99999999999999999999\n" ROOT "\n" SIGNATURE, "checkpoint_malformed"},
        {ORIGIN "\n9999999999999999999\n" ROOT "\n" SIGNATURE, "checkpoint_malformed"},
        {ORIGIN "\n4711\nAAAA\n\n" SIGNATURE, "checkpoint_malformed"},
        {ORIGIN "\n4711\n" ROOT, "checkpoint_malformed"},
        {ORIGIN "\n4711\n" ROOT "\n", "checkpoint_unsigned"},
        {ORIGIN "\n4712\n" ROOT "\n" SIGNATURE, "checkpoint_unsigned"},
        {ORIGIN "\n4711\n" ROOT "extension\n\n" SIGNATURE, "checkpoint_unsigned"},
        {ORIGIN "\n4711\n" ROOT "\n\xe2\x80\x94 " ORIGIN " AAAA\n", "checkpoint_unsigned"},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_string_equal(code_of(key, refused[i].text), refused[i].code);
    audit_key_free(key);
}

static void a_keyring_of_before_gets_an_audit_key_once(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct audit_key *key;
    struct error error;
    char first[VERIFIER_KEY_BYTES_MAX], second[VERIFIER_KEY_BYTES_MAX];
    assert_int_equal(audit_key_open(keyring, &key, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.code, "audit_key_missing");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(keyring_add_audit_key(keyring, NULL), STATUS_OK);
        assert_int_equal(audit_key_open(keyring, &key, NULL), STATUS_OK);
        audit_key_verifier(key, i == 0 ? first : second);
        audit_key_free(key);
        assert_int_equal(keyring_begin_epoch(keyring, NULL), STATUS_OK);
    }
    assert_string_equal(first, second);
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("keys and notes are the documented ones", keys_and_notes_are_the_documented_ones),
        RULE("a note opens, and with signatures of others too", a_note_opens_and_with_signatures_of_others_too),
        RULE("what is no note of this log is refused", what_is_no_note_of_this_log_is_refused),
        RULE("a keyring of before gets an audit key, once, and keeps it through rotations",
             a_keyring_of_before_gets_an_audit_key_once),
    };
    return cmocka_run_group_tests_name("vault/checkpoint", tests, folder_make, folder_remove);
}
