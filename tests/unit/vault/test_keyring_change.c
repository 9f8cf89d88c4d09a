/* Changing a keyring's file: a new epoch, the end of a key, and that what stands under its name is always whole. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/memory.h"
#include "fixture.h"

#define CHANGERS 4
#define CHANGES  10

static struct arena *arena;

static int arena_make(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int arena_end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct keyring_entry *entry_of(struct keyring *keyring, enum key_purpose purpose, int64_t epoch)
{
    const struct keyring_entry *entries;
    size_t count = keyring_list(keyring, arena, &entries);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].purpose == purpose && entries[i].epoch == epoch)
            return &entries[i];
    }
    return NULL;
}

static struct data_key new_key(struct keyring *keyring, struct wrapped_key *wrapped)
{
    struct data_key key;
    struct error error;
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &key, wrapped, &error), STATUS_OK);
    return key;
}

static enum status unwrap(struct keyring *keyring, const struct data_key *key, const struct wrapped_key *wrapped,
                          struct error *error)
{
    struct data_key found = {0};
    enum status status = vault_data_key_unwrap(keyring, KEY_PURPOSE_BILLING, &key->id, wrapped->bytes,
                                               sizeof(wrapped->bytes), &found, error);
    if (status == STATUS_OK)
        assert_memory_equal(found.secret, key->secret, DATA_KEY_BYTES);
    vault_data_key_release(&found);
    return status;
}

static void a_new_epoch_retires_the_active_keys(void **state)
{
    (void)state;
    struct error error;
    struct wrapped_key before, after;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct data_key old = new_key(keyring, &before);
    assert_int_equal(keyring_begin_epoch(keyring, &error), STATUS_OK);
    for (int purpose = 1; purpose <= KEY_PURPOSES; purpose++) {
        const struct keyring_entry *first = entry_of(keyring, (enum key_purpose)purpose, 1);
        const struct keyring_entry *second = entry_of(keyring, (enum key_purpose)purpose, 2);
        if (purpose == KEY_PURPOSE_AUDIT)
            continue; /* there is none */
        if (!key_purpose_wraps((enum key_purpose)purpose)) {
            assert_int_equal(first->state, KEY_STATE_ACTIVE);
            assert_null(second);
            continue;
        }
        assert_int_equal(first->state, KEY_STATE_RETIRED);
        assert_int_equal(second->state, KEY_STATE_ACTIVE);
        assert_int_equal(first->retired_us, second->created_us);
        assert_int_equal(second->retired_us, 0);
        assert_string_not_equal(first->fingerprint, second->fingerprint);
    }
    /* What the old one wrapped still opens; what is new stands under the new one. */
    assert_int_equal(unwrap(keyring, &old, &before, &error), STATUS_OK);
    struct data_key fresh = new_key(keyring, &after);
    assert_true(uuid_equal(&after.kek_id, &entry_of(keyring, KEY_PURPOSE_BILLING, 2)->id));
    vault_data_key_release(&old);
    vault_data_key_release(&fresh);
    keyring_free(keyring);
}

static void a_destroyed_key_is_gone_from_file_and_memory(void **state)
{
    (void)state;
    struct error error;
    struct wrapped_key before;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct data_key old = new_key(keyring, &before);
    struct uuid id = uuid_of(BILLING_KEK_ID);
    assert_int_equal(keyring_destroy_keys(keyring, &id, 1, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "key_in_use");
    assert_int_equal(keyring_begin_epoch(keyring, &error), STATUS_OK);
    for (int times = 0; times < 2; times++) /* again: no harm */
        assert_int_equal(keyring_destroy_keys(keyring, &id, 1, &error), STATUS_OK);
    assert_int_equal(unwrap(keyring, &old, &before, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.code, "kek_destroyed");
    assert_int_equal(strlen(entry_of(keyring, KEY_PURPOSE_BILLING, 1)->fingerprint), 2 * KEY_FINGERPRINT_BYTES);

    char text[8192];
    FILE *file = fopen(folder_path("keyring.json"), "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
    assert_null(strstr(text, KNOWN_KEY_2));
    assert_non_null(strstr(text, KNOWN_KEY_0)); /* the others stay */
    vault_data_key_release(&old);
    keyring_free(keyring);
}

static void a_key_that_was_added_elsewhere_is_found(void **state)
{
    (void)state;
    struct error error;
    struct wrapped_key wrapped;
    struct keyring *here = keyring_of(KNOWN_KEYRING), *there;
    assert_int_equal(keyring_load(folder_path("keyring.json"), &there, &error), STATUS_OK);
    assert_int_equal(keyring_begin_epoch(there, &error), STATUS_OK);
    struct data_key key = new_key(there, &wrapped);
    assert_null(entry_of(here, KEY_PURPOSE_BILLING, 2));
    assert_int_equal(unwrap(here, &key, &wrapped, &error), STATUS_OK);
    assert_non_null(entry_of(here, KEY_PURPOSE_BILLING, 2));
    /* One that stands nowhere stays unknown, and a file that became unreadable changes nothing. */
    file_write(folder_path("keyring.json"), "{");
    memset(wrapped.bytes + 4, 7, 16);
    assert_int_equal(unwrap(here, &key, &wrapped, &error), STATUS_INTERNAL);
    assert_string_equal(error.code, "kek_unknown");
    assert_non_null(entry_of(here, KEY_PURPOSE_BILLING, 2));
    vault_data_key_release(&key);
    keyring_free(here);
    keyring_free(there);
}

static void *change_often(void *unused)
{
    (void)unused;
    struct keyring *keyring;
    struct error error = {.detail = ""};
    assert_int_equal(keyring_load(folder_path("keyring.json"), &keyring, &error), STATUS_OK);
    for (int i = 0; i < CHANGES; i++) {
        if (keyring_begin_epoch(keyring, &error) != STATUS_OK)
            return memory_copy_text(error.detail);
    }
    keyring_free(keyring);
    return NULL;
}

static void changes_at_once_are_made_one_after_the_other(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    struct error error;
    pthread_t changers[CHANGERS];
    for (int i = 0; i < CHANGERS; i++)
        assert_int_equal(pthread_create(&changers[i], NULL, change_often, NULL), 0);
    for (int i = 0; i < CHANGERS; i++) {
        void *fault;
        pthread_join(changers[i], &fault);
        assert_null(fault);
    }
    assert_int_equal(keyring_reload(keyring, &error), STATUS_OK);
    const struct keyring_entry *last = entry_of(keyring, KEY_PURPOSE_STAFF, 1 + CHANGERS * CHANGES);
    assert_non_null(last);
    assert_int_equal(last->state, KEY_STATE_ACTIVE);
    keyring_free(keyring);
}

static void what_a_killed_change_left_behind_is_taken_away(void **state)
{
    (void)state;
    struct error error;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    file_write(folder_path(".keyring.json.next"), "half a keyr");
    assert_int_equal(keyring_begin_epoch(keyring, &error), STATUS_OK);
    assert_int_equal(access(folder_path(".keyring.json.next"), F_OK), -1);
    struct stat found;
    assert_int_equal(stat(folder_path("keyring.json"), &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    keyring_free(keyring);
}

static void a_file_that_is_broken_is_not_replaced(void **state)
{
    (void)state;
    struct error error;
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    file_write(folder_path("keyring.json"), KEYRING(PROFILE_ENTRY));
    assert_int_equal(keyring_begin_epoch(keyring, &error), STATUS_INVALID);
    assert_string_equal(error.code, "keyring_malformed");
    assert_int_equal(access(folder_path(".keyring.json.next"), F_OK), -1);
    assert_int_equal(entry_of(keyring, KEY_PURPOSE_BILLING, 1)->state, KEY_STATE_ACTIVE);
    keyring_free(keyring);
}

#define CHANGE(title, function)                                                                                        \
    {                                                                                                                  \
        .name = (title), .test_func = (function), .setup_func = arena_make, .teardown_func = arena_end                 \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHANGE("a new epoch retires the active keys, but for the index key", a_new_epoch_retires_the_active_keys),
        CHANGE("a destroyed key is gone from the file and from memory", a_destroyed_key_is_gone_from_file_and_memory),
        CHANGE("a key that another process added is found in the file", a_key_that_was_added_elsewhere_is_found),
        CHANGE("changes at once are made one after the other", changes_at_once_are_made_one_after_the_other),
        CHANGE("what a killed change left behind is taken away", what_a_killed_change_left_behind_is_taken_away),
        CHANGE("a file that is broken is not replaced", a_file_that_is_broken_is_not_replaced),
    };
    return cmocka_run_group_tests_name("vault/keyring_change", tests, folder_make, folder_remove);
}
