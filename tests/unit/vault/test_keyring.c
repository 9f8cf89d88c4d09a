/* The keyring: its file, who may read it, what may stand in it, and that making one never harms another. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

#define CREATORS 8
#define ROUNDS   20

static void expect_refusal(const char *text, const char *fault)
{
    struct keyring *keyring = NULL;
    struct error error;
    file_write(folder_path("bad.json"), text);
    enum status status = keyring_load(folder_path("bad.json"), &keyring, &error);
    if (status == STATUS_OK)
        fail_msg("accepted, though: %s", fault);
    assert_int_equal(status, STATUS_INVALID);
    assert_string_equal(error.code, "keyring_malformed");
    if (strstr(error.detail, fault) == NULL)
        fail_msg("'%s' does not say '%s'", error.detail, fault);
    assert_non_null(strstr(error.detail, "bad.json"));
    assert_null(strchr(error.detail, '\n'));
    assert_null(keyring);
}

static void a_new_keyring_has_a_key_for_each_purpose(void **state)
{
    (void)state;
    const char *path = folder_path("new.json");
    struct error error;
    struct keyring *keyring;
    assert_int_equal(keyring_create(path, &error), STATUS_OK);
    assert_int_equal(keyring_load(path, &keyring, &error), STATUS_OK);
    struct arena *arena = arena_new();
    const struct keyring_entry *entries;
    assert_int_equal(keyring_list(keyring, arena, &entries), KEY_PURPOSES);
    for (int i = 0; i < KEY_PURPOSES; i++) {
        assert_int_equal(entries[i].purpose, i + 1);
        assert_int_equal(entries[i].state, KEY_STATE_ACTIVE);
        assert_int_equal(entries[i].epoch, 1);
        assert_true(entries[i].created_us > 0);
        assert_int_equal(strlen(entries[i].fingerprint), 2 * KEY_FINGERPRINT_BYTES);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(entries[i].fingerprint, entries[j].fingerprint);
            assert_false(uuid_equal(&entries[i].id, &entries[j].id));
        }
    }
    arena_free(arena);
    keyring_free(keyring);
}

static void a_new_keyring_is_its_owners_alone(void **state)
{
    (void)state;
    const char *path = folder_path("private.json");
    mode_t before = umask(0);
    assert_int_equal(keyring_create(path, NULL), STATUS_OK);
    umask(before);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    assert_int_equal(found.st_nlink, 1);
}

static void an_existing_file_is_never_replaced(void **state)
{
    (void)state;
    const char *path = folder_path("kept.json");
    struct error error;
    file_write(path, "something dear");
    assert_int_equal(keyring_create(path, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "keyring_exists");
    char text[32] = "";
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(descriptor, text, sizeof(text)), 14);
    close(descriptor);
    assert_string_equal(text, "something dear");
    /* Nor is a link followed to where it points. */
    const char *link_path = folder_path("link-to-nothing.json");
    assert_int_equal(symlink(folder_path("elsewhere.json"), link_path), 0);
    assert_int_equal(keyring_create(link_path, &error), STATUS_CONFLICT);
    assert_int_equal(access(folder_path("elsewhere.json"), F_OK), -1);
}

static void a_missing_folder_is_named(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(keyring_create(folder_path("no/such/folder.json"), &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "keyring_write");
    assert_non_null(strstr(error.detail, "no/such/folder.json"));
}

struct creation {
    const char *path;
    pthread_barrier_t *start;
    atomic_int *created;
    atomic_int *refused;
};

static void *create_with_others(void *argument)
{
    struct creation *creation = argument;
    struct error error;
    struct keyring *keyring;
    pthread_barrier_wait(creation->start);
    enum status status = keyring_create(creation->path, &error);
    if (status == STATUS_OK)
        atomic_fetch_add(creation->created, 1);
    else if (status == STATUS_CONFLICT)
        atomic_fetch_add(creation->refused, 1);
    /* Whoever made it, it is whole by now. */
    if (keyring_load(creation->path, &keyring, &error) == STATUS_OK)
        keyring_free(keyring);
    else
        atomic_fetch_add(creation->created, 100);
    return NULL;
}

static void of_many_creators_one_succeeds_and_none_sees_half_a_file(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char name[32];
        snprintf(name, sizeof(name), "race-%d.json", round);
        atomic_int created = 0, refused = 0;
        pthread_barrier_t start;
        pthread_barrier_init(&start, NULL, CREATORS);
        struct creation creation = {folder_path(name), &start, &created, &refused};
        pthread_t threads[CREATORS];
        for (int i = 0; i < CREATORS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, create_with_others, &creation), 0);
        for (int i = 0; i < CREATORS; i++)
            pthread_join(threads[i], NULL);
        pthread_barrier_destroy(&start);
        assert_int_equal(atomic_load(&created), 1);
        assert_int_equal(atomic_load(&refused), CREATORS - 1);
    }
}

static void expect_permissions_refused(const char *path, const char *fault)
{
    struct keyring *keyring;
    struct error error;
    assert_int_equal(keyring_load(path, &keyring, &error), STATUS_FORBIDDEN);
    assert_string_equal(error.code, "keyring_permissions");
    if (strstr(error.detail, fault) == NULL)
        fail_msg("'%s' does not say '%s'", error.detail, fault);
}

static void a_file_that_others_can_read_or_write_is_refused(void **state)
{
    (void)state;
    const char *path = folder_path("wide.json");
    static const mode_t refused[] = {0640, 0604, 0620, 0602, 0666, 0700, 0610, 04600, 01600};
    struct keyring *keyring;
    file_write(path, KNOWN_KEYRING);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(chmod(path, refused[i]), 0);
        expect_permissions_refused(path, "mode");
    }
    static const mode_t accepted[] = {0600, 0400};
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        assert_int_equal(chmod(path, accepted[i]), 0);
        assert_int_equal(keyring_load(path, &keyring, NULL), STATUS_OK);
        keyring_free(keyring);
    }
}

static void a_file_of_another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can give a file away */
    const char *path = folder_path("foreign.json");
    file_write(path, KNOWN_KEYRING);
    assert_int_equal(chown(path, 12345, 12345), 0);
    expect_permissions_refused(path, "belongs to user 12345");
}

static void what_is_no_plain_file_is_refused(void **state)
{
    (void)state;
    file_write(folder_path("target.json"), KNOWN_KEYRING);
    assert_int_equal(symlink(folder_path("target.json"), folder_path("link.json")), 0);
    expect_permissions_refused(folder_path("link.json"), "symbolic link");
    assert_int_equal(mkfifo(folder_path("fifo.json"), 0600), 0);
    expect_permissions_refused(folder_path("fifo.json"), "not a plain file");
    expect_permissions_refused("/tmp", "not a plain file");
}

static void a_missing_file_is_not_found(void **state)
{
    (void)state;
    struct keyring *keyring;
    struct error error;
    assert_int_equal(keyring_load(folder_path("missing.json"), &keyring, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.code, "keyring_missing");
    assert_non_null(strstr(error.detail, "missing.json"));
}

static void what_is_wrong_with_a_file_is_named(void **state)
{
    (void)state;
    expect_refusal("", "not a JSON object");
    expect_refusal("[]", "not a JSON object");
    expect_refusal("{\"version\":1", "not a JSON object");
    expect_refusal("{\"keys\":[]}", "version");
    expect_refusal("{\"version\":2,\"keys\":[]}", "version");
    expect_refusal("{\"version\":1}", "keys");
    expect_refusal("{\"version\":1,\"keys\":[],\"more\":1}", "more");
    expect_refusal(KEYRING(""), "purpose profile has no active key");
    expect_refusal(KEYRING(OTHER_ENTRIES), "purpose billing has no active key");
    expect_refusal(KEYRING("1"), "keys[0].");
    expect_refusal(KEYRING(KNOWN_KEYRING), "keys[0].version");
    expect_refusal(KEYRING(KEY_ENTRY("profile", "profile", "active", KNOWN_KEY_0)), "keys[0].id: not a UUID");
    expect_refusal(KEYRING(KEY_ENTRY(PROFILE_KEK_ID, "profil", "active", KNOWN_KEY_0)), "keys[0].purpose");
    expect_refusal(KEYRING(KEY_ENTRY(PROFILE_KEK_ID, "profile", "Active", KNOWN_KEY_0)), "keys[0].state");
    expect_refusal(KEYRING(PROFILE_ENTRY "," KEY_ENTRY(PROFILE_KEK_ID, "billing", "active", KNOWN_KEY_2)),
                   "keys[1].id: another key has it too");
    expect_refusal(KEYRING(KEY_FIELDS(PROFILE_KEK_ID, "profile", "active") ",\"more\":1}"), "keys[0].more");
    expect_refusal(KEYRING(OTHER_ENTRIES "," BILLING_ENTRY "," KEY_ENTRY("01970000-0000-7000-8000-00000000000f",
                                                                         "billing", "active", OTHER_KEY)),
                   "purpose billing has two active keys");
    expect_refusal(KEYRING(KEY_FIELDS(PROFILE_KEK_ID, "profile", "active") "}"), "keys[0].key");
    expect_refusal(KEYRING(KEY_FIELDS(PROFILE_KEK_ID, "profile", "active") ",\"key\":7}"), "keys[0].key");
    expect_refusal(KEYRING(KEY_FIELDS(PROFILE_KEK_ID, "profile", "active") ",\"epoch\":0,\"key\":\"\"}"),
                   "keys[0].epoch");
    expect_refusal(
        KEYRING(KEY_FIELDS(PROFILE_KEK_ID, "profile", "active") ",\"epoch\":1,\"key\":\"" KNOWN_KEY_0 "\"}," KEY_FIELDS(
            BILLING_KEK_ID, "profile", "retired") ",\"epoch\":1,\"key\":\"" KNOWN_KEY_2 "\"}"),
        "keys[1].epoch: another key");
    expect_refusal(KEYRING(KEY_ENTRY(PROFILE_KEK_ID, "profile", "destroyed", KNOWN_KEY_0)),
                   "a destroyed key must not be in the file");
}

static void a_key_that_is_not_32_bytes_of_base64_is_refused_and_never_shown(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",  /* 31 bytes */
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",  /* 33 bytes */
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",   /* no padding */
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",  /* stray bits */
        " AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", /* white space */
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh!=",  /* not base64 */
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char text[1024];
        struct keyring *keyring;
        struct error error;
        snprintf(text, sizeof(text), KEYRING(KEY_FIELDS(PROFILE_KEK_ID, "profile", "active") ",\"key\":\"%s\"}"),
                 keys[i]);
        expect_refusal(text, "keys[0].key");
        assert_int_equal(keyring_load(folder_path("bad.json"), &keyring, &error), STATUS_INVALID);
        assert_null(strstr(error.detail, "AAEC"));
    }
}

static void a_key_must_fit_its_check_value(void **state)
{
    (void)state;
    /* The first 16 bytes of HKDF-SHA512 of 20 .. 3f, no salt, info akkoord/v1/check. */
    static const char good[] = KEYRING(OTHER_ENTRIES "," KEY_FIELDS(
        BILLING_KEK_ID, "billing", "active") ",\"key\":\"" KNOWN_KEY_2
                                             "\",\"check\":\"c9911a5f3b9a3f106bc7bfef4f1cd153\"}");
    struct keyring *keyring = keyring_of(good);
    keyring_free(keyring);
    expect_refusal(KEYRING(OTHER_ENTRIES "," KEY_FIELDS(BILLING_KEK_ID, "billing",
                                                        "active") ",\"key\":\"" OTHER_KEY "\",\"check\":\"c9911a5f3b9"
                                                                  "a3f106bc7bfef4f1cd153\"}"),
                   "does not fit the key");
    expect_refusal(
        KEYRING(KEY_FIELDS(PROFILE_KEK_ID, "profile", "active") ",\"key\":\"" KNOWN_KEY_0 "\",\"check\":\"c991\"}"),
        "not a fingerprint");
}

static void a_wrong_key_is_told_from_the_right_one(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct error error;
    struct uuid billing = uuid_of(BILLING_KEK_ID), unknown = uuid_of("01970000-0000-7000-8000-0000000000ff");
    static const char fingerprint[] = "c9911a5f3b9a3f106bc7bfef4f1cd153";
    assert_int_equal(keyring_check_fingerprint(keyring, &billing, fingerprint, &error), STATUS_OK);
    assert_int_equal(keyring_check_fingerprint(keyring, &unknown, fingerprint, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.code, "kek_unknown");
    keyring_becomes(keyring, KEYRING(OTHER_ENTRIES "," KEY_ENTRY(BILLING_KEK_ID, "billing", "active", OTHER_KEY)));
    assert_int_equal(keyring_check_fingerprint(keyring, &billing, fingerprint, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "kek_mismatch");
    keyring_free(keyring);
}

static void epochs_count_on_where_they_are_left_out(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KEYRING(BILLING_ENTRY "," KEY_FIELDS(
        "01970000-0000-7000-8000-000000000011", "billing",
        "destroyed") ",\"epoch\":7}," KEY_FIELDS("01970000-0000-7000-8000-000000000012", "billing",
                                                 "retired") ",\"key\":\"" OTHER_KEY "\"}," OTHER_ENTRIES));
    struct arena *arena = arena_new();
    const struct keyring_entry *entries;
    size_t count = keyring_list(keyring, arena, &entries);
    assert_int_equal(count, KEY_PURPOSES + 1); /* an audit key may be missing */
    static const struct {
        int64_t epoch;
        enum key_purpose purpose;
        enum key_state state;
    } expected[] = {
        {1, KEY_PURPOSE_PROFILE, KEY_STATE_ACTIVE},    {1, KEY_PURPOSE_BILLING, KEY_STATE_ACTIVE},
        {7, KEY_PURPOSE_BILLING, KEY_STATE_DESTROYED}, {8, KEY_PURPOSE_BILLING, KEY_STATE_RETIRED},
        {1, KEY_PURPOSE_EVENT, KEY_STATE_ACTIVE},      {1, KEY_PURPOSE_STAFF, KEY_STATE_ACTIVE},
        {1, KEY_PURPOSE_INDEX, KEY_STATE_ACTIVE},
    };
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(entries[i].purpose, expected[i].purpose);
        assert_int_equal(entries[i].epoch, expected[i].epoch);
        assert_int_equal(entries[i].state, expected[i].state);
    }
    arena_free(arena);
    keyring_free(keyring);
}

static void a_bad_file_leaves_the_old_keys_in_use(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct error error;
    struct uuid billing = uuid_of(BILLING_KEK_ID);
    file_write(folder_path("keyring.json"), KEYRING(OTHER_ENTRIES));
    assert_int_equal(keyring_reload(keyring, &error), STATUS_INVALID);
    unlink(folder_path("keyring.json"));
    assert_int_equal(keyring_reload(keyring, &error), STATUS_NOT_FOUND);
    assert_int_equal(keyring_check_fingerprint(keyring, &billing, "c9911a5f3b9a3f106bc7bfef4f1cd153", &error),
                     STATUS_OK);
    keyring_free(keyring);
}

struct usage {
    struct keyring *keyring;
    atomic_bool *stop;
    atomic_int *failures;
};

static void *use_keys(void *argument)
{
    struct usage *usage = argument;
    while (!atomic_load(usage->stop)) {
        struct data_key key, again;
        struct wrapped_key wrapped;
        if (vault_data_key_new(usage->keyring, KEY_PURPOSE_BILLING, &key, &wrapped, NULL) != STATUS_OK ||
            vault_data_key_unwrap(usage->keyring, KEY_PURPOSE_BILLING, &key.id, wrapped.bytes, sizeof(wrapped.bytes),
                                  &again, NULL) != STATUS_OK) {
            atomic_fetch_add(usage->failures, 1);
            break;
        }
        if (memcmp(key.secret, again.secret, DATA_KEY_BYTES) != 0)
            atomic_fetch_add(usage->failures, 1);
        vault_data_key_release(&key);
        vault_data_key_release(&again);
    }
    return NULL;
}

static void keys_are_used_while_the_file_is_read_again(void **state)
{
    (void)state;
    static const char rotated[] =
        KEYRING(OTHER_ENTRIES "," KEY_ENTRY(BILLING_KEK_ID, "billing", "retired", KNOWN_KEY_2) "," KEY_ENTRY(
            "01970000-0000-7000-8000-000000000012", "billing", "active", OTHER_KEY));
    static const char before[] = KEYRING(OTHER_ENTRIES "," BILLING_ENTRY "," KEY_ENTRY(
        "01970000-0000-7000-8000-000000000012", "billing", "retired", OTHER_KEY));
    struct keyring *keyring = keyring_of(before);
    atomic_bool stop = false;
    atomic_int failures = 0;
    struct usage usage = {keyring, &stop, &failures};
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_keys, &usage), 0);
    for (int i = 0; i < 200; i++)
        keyring_becomes(keyring, i % 2 == 0 ? rotated : before);
    atomic_store(&stop, true);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&failures), 0);
    keyring_free(keyring);
}

static void names_are_those_of_the_file(void **state)
{
    (void)state;
    assert_string_equal(key_purpose_name(KEY_PURPOSE_PROFILE), "profile");
    assert_string_equal(key_purpose_name(KEY_PURPOSE_INDEX), "index");
    assert_null(key_purpose_name((enum key_purpose)0));
    assert_string_equal(key_purpose_name(KEY_PURPOSE_AUDIT), "audit");
    assert_null(key_purpose_name((enum key_purpose)7));
    assert_string_equal(key_state_name(KEY_STATE_DESTROYED), "destroyed");
    assert_null(key_state_name((enum key_state)3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a new keyring has a key for each purpose", a_new_keyring_has_a_key_for_each_purpose),
        RULE("a new keyring is its owner's alone, whatever the umask", a_new_keyring_is_its_owners_alone),
        RULE("an existing file is never replaced", an_existing_file_is_never_replaced),
        RULE("a missing folder is named", a_missing_folder_is_named),
        RULE("of many creators one succeeds, and none sees half a file",
             of_many_creators_one_succeeds_and_none_sees_half_a_file),
        RULE("a file that others can read or write is refused", a_file_that_others_can_read_or_write_is_refused),
        RULE("a file of another user is refused", a_file_of_another_user_is_refused),
        RULE("a link, a FIFO and a folder are refused", what_is_no_plain_file_is_refused),
        RULE("a missing file is not found", a_missing_file_is_not_found),
        RULE("what is wrong with a file is named in one line", what_is_wrong_with_a_file_is_named),
        RULE("a key that is not 32 bytes of base64 is refused and never shown",
             a_key_that_is_not_32_bytes_of_base64_is_refused_and_never_shown),
        RULE("a key must fit its check value", a_key_must_fit_its_check_value),
        RULE("a wrong key is told from the right one", a_wrong_key_is_told_from_the_right_one),
        RULE("epochs count on where they are left out", epochs_count_on_where_they_are_left_out),
        RULE("a bad file leaves the old keys in use", a_bad_file_leaves_the_old_keys_in_use),
        RULE("keys are used while the file is read again", keys_are_used_while_the_file_is_read_again),
        RULE("names are those of the file", names_are_those_of_the_file),
    };
    return cmocka_run_group_tests_name("vault/keyring", tests, folder_make, folder_remove);
}
