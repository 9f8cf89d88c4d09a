/*
 * The keyring in memory: loading it, swapping it, listing it, changing its file. Owns the keys; any thread. Invariants:
 * `keys` always points to a complete, checked set, and a reload replaces the whole set or nothing; a key is used only
 * after it was read from the file, so none that wraps anything is in memory alone.
 */
#include "akkoord/vault/keyring.h"

#include <pthread.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "key_token.h"
#include "keyring_edit.h"
#include "keyring_internal.h"
#include "keyring_io.h"

struct keyring {
    pthread_rwlock_t lock; /* guards the pointer and, while held for reading, what it points to */
    struct key_set *keys;
    pthread_mutex_t reloading; /* one reader of the file at a time; guards `identity` */
    struct keyring_identity identity;
    struct key_token *token; /* NULL without one; used by whoever holds `reloading` */
    char *path;
};

static enum status load_keys(const char *path, struct key_token *token, struct key_set **keys,
                             struct keyring_identity *identity, struct error *error)
{
    struct keyring_text text;
    enum status status = keyring_text_read(path, &text, error);
    if (status != STATUS_OK)
        return status;
    status = key_set_parse(path, text.bytes, text.length, token, keys, error);
    if (token != NULL)
        key_token_disconnect(token);
    *identity = text.identity;
    keyring_text_release(&text);
    return status;
}

enum status keyring_load(const char *path, struct keyring **keyring, struct error *error)
{
    return keyring_load_with_token(path, NULL, keyring, error);
}

enum status keyring_load_with_token(const char *path, const struct keyring_token *token, struct keyring **keyring,
                                    struct error *error)
{
    struct key_set *keys = NULL;
    struct keyring_identity identity;
    struct key_token *opener = token != NULL ? key_token_new(token) : NULL;
    enum status status = load_keys(path, opener, &keys, &identity, error);
    if (status != STATUS_OK) {
        key_token_free(opener);
        return status;
    }
    struct keyring *loaded = memory_alloc_zero(1, sizeof(*loaded));
    loaded->keys = keys;
    loaded->identity = identity;
    loaded->token = opener;
    loaded->path = memory_copy_text(path);
    pthread_rwlock_init(&loaded->lock, NULL);
    pthread_mutex_init(&loaded->reloading, NULL);
    *keyring = loaded;
    return STATUS_OK;
}

/* `reloading` is held. */
static enum status reload_locked(struct keyring *keyring, struct error *error)
{
    struct key_set *fresh = NULL;
    struct keyring_identity identity;
    enum status status = load_keys(keyring->path, keyring->token, &fresh, &identity, error);
    if (status != STATUS_OK)
        return status;
    pthread_rwlock_wrlock(&keyring->lock);
    struct key_set *old = keyring->keys;
    keyring->keys = fresh;
    pthread_rwlock_unlock(&keyring->lock);
    keyring->identity = identity;
    key_set_free(old);
    return STATUS_OK;
}

enum status keyring_reload(struct keyring *keyring, struct error *error)
{
    pthread_mutex_lock(&keyring->reloading);
    enum status status = reload_locked(keyring, error);
    pthread_mutex_unlock(&keyring->reloading);
    return status;
}

void keyring_refresh(struct keyring *keyring)
{
    struct error error;
    pthread_mutex_lock(&keyring->reloading);
    if (!keyring_file_is(keyring->path, &keyring->identity)) {
        if (reload_locked(keyring, &error) == STATUS_OK)
            log_event(LOG_INFO, "keyring.refreshed");
        else
            log_event(LOG_ERROR, "keyring.not_refreshed", log_text("code", error.code),
                      log_text("detail", error.detail));
    }
    pthread_mutex_unlock(&keyring->reloading);
}

static enum status change_file(struct keyring *keyring, keyring_edit *edit, struct keyring_change *change,
                               struct error *error)
{
    pthread_mutex_lock(&keyring->reloading);
    change->token = keyring->token;
    enum status status = keyring_file_change(keyring->path, edit, change, error);
    if (keyring->token != NULL)
        key_token_disconnect(keyring->token);
    if (status == STATUS_OK)
        status = reload_locked(keyring, error);
    pthread_mutex_unlock(&keyring->reloading);
    return status;
}

enum status keyring_begin_epoch(struct keyring *keyring, struct error *error)
{
    struct keyring_change change = {0};
    return change_file(keyring, keyring_edit_begin_epoch, &change, error);
}

enum status keyring_add_audit_key(struct keyring *keyring, struct error *error)
{
    struct keyring_change change = {0};
    bool is_there = keyring_lock(keyring)->active[KEY_PURPOSE_AUDIT] != NULL;
    keyring_unlock(keyring);
    return is_there ? STATUS_OK : change_file(keyring, keyring_edit_add_audit_key, &change, error);
}

enum status keyring_destroy_keys(struct keyring *keyring, const struct uuid *ids, size_t count, struct error *error)
{
    struct keyring_change change = {.ids = ids, .count = count};
    return change_file(keyring, keyring_edit_destroy, &change, error);
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL)
        return;
    key_set_free(keyring->keys);
    pthread_rwlock_destroy(&keyring->lock);
    pthread_mutex_destroy(&keyring->reloading);
    key_token_free(keyring->token);
    free(keyring->path);
    free(keyring);
}

const struct key_set *keyring_lock(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    return keyring->keys;
}

void keyring_unlock(struct keyring *keyring)
{
    pthread_rwlock_unlock(&keyring->lock);
}

const struct kek *key_set_find(const struct key_set *keys, const struct uuid *id)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (uuid_equal(&keys->keys[i].entry.id, id))
            return &keys->keys[i];
    }
    return NULL;
}

size_t keyring_list(struct keyring *keyring, struct arena *arena, const struct keyring_entry **entries)
{
    const struct key_set *keys = keyring_lock(keyring);
    size_t count = keys->count;
    struct keyring_entry *copies = ARENA_ARRAY(arena, struct keyring_entry, count);
    for (size_t i = 0; i < count; i++)
        copies[i] = keys->keys[i].entry;
    keyring_unlock(keyring);
    *entries = copies;
    return count;
}

enum status keyring_check_fingerprint(struct keyring *keyring, const struct uuid *id, const char *fingerprint,
                                      struct error *error)
{
    char id_text[UUID_TEXT_BYTES];
    enum status status = STATUS_OK;
    const struct kek *kek = key_set_find(keyring_lock(keyring), id);
    if (kek == NULL)
        status =
            error_set(error, STATUS_NOT_FOUND, "kek_unknown", "key %s is not on the keyring", uuid_format(id, id_text));
    else if (kek->entry.state != KEY_STATE_DESTROYED && strcmp(kek->entry.fingerprint, fingerprint) != 0)
        status = error_set(error, STATUS_CONFLICT, "kek_mismatch", "another key stands under the id %s on the keyring",
                           uuid_format(id, id_text));
    keyring_unlock(keyring);
    return status;
}

enum status keyring_create(const char *path, struct error *error)
{
    return keyring_create_with_token(path, NULL, error);
}

enum status keyring_create_with_token(const char *path, const struct keyring_token *token, struct error *error)
{
    struct buffer text;
    struct key_token *wrapper = token != NULL ? key_token_new(token) : NULL;
    buffer_init(&text, KEYRING_FILE_BYTES_MAX);
    enum status status = keyring_write_new(wrapper, &text, error);
    if (status == STATUS_OK)
        status = keyring_file_create(path, text.data, text.length, error);
    buffer_release(&text);
    key_token_free(wrapper);
    return status;
}
