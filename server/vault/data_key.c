/*
 * Data keys: made, wrapped, unwrapped (format in vault.h). Keeps nothing: a data key is its owner's, a KEK is the
 * keyring's and touched only under its read lock. Any thread.
 */
#include <assert.h>
#include <openssl/crypto.h>

#include "akkoord/base/crypto.h"
#include "akkoord/vault/vault.h"
#include "keyring_internal.h"
#include "primitives.h"

#define WRAPPED_VERSION 1
#define WRAPPED_SUITE   1

/* Offsets of a wrapped key. */
enum {
    AT_VERSION = 0,
    AT_SUITE = 1,
    AT_PURPOSE = 2,
    AT_RESERVED = 3,
    AT_KEK_ID = 4,
    AT_KEY_ID = 20,
    AT_NONCE = 36,
    AT_SECRET = 48,
    AT_TAG = 80,
};
_Static_assert(AT_NONCE + GCM_NONCE_BYTES == AT_SECRET, "the nonce fills its place");
_Static_assert(AT_SECRET + DATA_KEY_BYTES == AT_TAG, "the key fills its place");
_Static_assert(AT_TAG + GCM_TAG_BYTES == WRAPPED_KEY_BYTES, "the tag is whole");

static const char wrap_label[] = "akkoord/v1/wrapped-key";

static void associated_data(const uint8_t *wrapped, struct crypto_part parts[2])
{
    parts[0] = (struct crypto_part){.bytes = wrap_label, .length = sizeof(wrap_label) - 1};
    parts[1] = (struct crypto_part){.bytes = wrapped, .length = AT_NONCE};
}

static enum status secret_new(struct data_key *key, struct error *error)
{
    key->secret = OPENSSL_secure_malloc(DATA_KEY_BYTES);
    if (key->secret == NULL)
        return error_set(error, STATUS_BUSY, "secure_heap_full", "there is no more locked memory for keys");
    return STATUS_OK;
}

/* Under the active KEK of the key's purpose. */
static void wrap(struct keyring *keyring, const struct data_key *key, struct wrapped_key *wrapped)
{
    assert(key->secret != NULL);
    uint8_t *bytes = wrapped->bytes;
    const struct kek *kek = keyring_lock(keyring)->active[key->purpose];
    wrapped->kek_id = kek->entry.id;
    bytes[AT_VERSION] = WRAPPED_VERSION;
    bytes[AT_SUITE] = WRAPPED_SUITE;
    bytes[AT_PURPOSE] = (uint8_t)key->purpose;
    bytes[AT_RESERVED] = 0;
    memcpy(bytes + AT_KEK_ID, kek->entry.id.bytes, sizeof(kek->entry.id.bytes));
    memcpy(bytes + AT_KEY_ID, key->id.bytes, sizeof(key->id.bytes));
    crypto_random_shown(bytes + AT_NONCE, GCM_NONCE_BYTES);
    memcpy(bytes + AT_SECRET, key->secret, DATA_KEY_BYTES);
    struct crypto_part parts[2];
    associated_data(bytes, parts);
    gcm_encrypt(kek->use_key, bytes + AT_NONCE, parts, 2, bytes + AT_SECRET, DATA_KEY_BYTES, bytes + AT_TAG);
    keyring_unlock(keyring);
}

/* Reads what stands in the clear, and refuses what is not of this format. */
static enum status read_header(const uint8_t *wrapped, size_t length, struct data_key *key, struct uuid *kek_id,
                               struct error *error)
{
    if (length != WRAPPED_KEY_BYTES || wrapped[AT_VERSION] != WRAPPED_VERSION || wrapped[AT_SUITE] != WRAPPED_SUITE ||
        wrapped[AT_RESERVED] != 0 || !key_purpose_wraps(wrapped[AT_PURPOSE]))
        return error_set(error, STATUS_INTERNAL, "wrapped_key_malformed", "a wrapped key is not of a known format");
    key->purpose = (enum key_purpose)wrapped[AT_PURPOSE];
    memcpy(key->id.bytes, wrapped + AT_KEY_ID, sizeof(key->id.bytes));
    memcpy(kek_id->bytes, wrapped + AT_KEK_ID, sizeof(kek_id->bytes));
    return STATUS_OK;
}

/* Decrypts the secret of a key whose header was read; the keyring's read lock is held. */
static enum status decrypt_secret(const struct key_set *keys, const struct uuid *kek_id, const uint8_t *wrapped,
                                  struct data_key *key, struct error *error)
{
    char id_text[UUID_TEXT_BYTES];
    const struct kek *kek = key_set_find(keys, kek_id);
    if (kek == NULL)
        return error_set(error, STATUS_INTERNAL, "kek_unknown", "key %s is not on the keyring",
                         uuid_format(kek_id, id_text));
    if (kek->entry.state == KEY_STATE_DESTROYED)
        return error_set(error, STATUS_NOT_FOUND, "kek_destroyed", "key %s is destroyed, and all that it wrapped",
                         uuid_format(kek_id, id_text));
    enum status status = secret_new(key, error);
    if (status != STATUS_OK)
        return status;
    struct crypto_part parts[2];
    associated_data(wrapped, parts);
    /* A KEK of another purpose under this id needs no check of its own: its wrapping key is another. */
    if (gcm_decrypt(kek->use_key, wrapped + AT_NONCE, parts, 2, wrapped + AT_SECRET, DATA_KEY_BYTES, wrapped + AT_TAG,
                    key->secret))
        return STATUS_OK;
    vault_data_key_release(key);
    return error_set(error, STATUS_INTERNAL, "wrapped_key_rejected",
                     "a wrapped key was altered, or the keyring has another key under the id %s",
                     uuid_format(kek_id, id_text));
}

/* A KEK that the keyring lacks may have been added to its file since: that is looked at before giving up. */
static void make_sure_of(struct keyring *keyring, const struct uuid *kek_id)
{
    bool is_known = key_set_find(keyring_lock(keyring), kek_id) != NULL;
    keyring_unlock(keyring);
    if (!is_known)
        keyring_refresh(keyring);
}

static enum status decrypt_locked(struct keyring *keyring, const struct uuid *kek_id, const uint8_t *wrapped,
                                  struct data_key *key, struct error *error)
{
    make_sure_of(keyring, kek_id);
    enum status status = decrypt_secret(keyring_lock(keyring), kek_id, wrapped, key, error);
    keyring_unlock(keyring);
    return status;
}

enum status vault_data_key_new(struct keyring *keyring, enum key_purpose purpose, struct data_key *key,
                               struct wrapped_key *wrapped, struct error *error)
{
    assert(key_purpose_wraps(purpose));
    struct data_key fresh = {.id = uuid_new(), .purpose = purpose};
    enum status status = secret_new(&fresh, error);
    if (status != STATUS_OK)
        return status;
    crypto_random(fresh.secret, DATA_KEY_BYTES);
    wrap(keyring, &fresh, wrapped);
    *key = fresh;
    return STATUS_OK;
}

enum status vault_data_key_unwrap(struct keyring *keyring, enum key_purpose purpose, const struct uuid *id,
                                  const void *wrapped, size_t length, struct data_key *key, struct error *error)
{
    struct data_key found = {.secret = NULL};
    struct uuid kek_id;
    enum status status = read_header(wrapped, length, &found, &kek_id, error);
    if (status != STATUS_OK)
        return status;
    if (found.purpose != purpose || !uuid_equal(&found.id, id))
        return error_set(error, STATUS_INTERNAL, "wrapped_key_mismatch", "a wrapped key is not that of its row");
    status = decrypt_locked(keyring, &kek_id, wrapped, &found, error);
    if (status == STATUS_OK)
        *key = found;
    return status;
}

void vault_data_key_release(struct data_key *key)
{
    OPENSSL_secure_clear_free(key->secret, DATA_KEY_BYTES);
    key->secret = NULL;
}

enum status vault_wrapped_key_kek(const void *wrapped, size_t length, struct uuid *kek_id, struct error *error)
{
    struct data_key key;
    return read_header(wrapped, length, &key, kek_id, error);
}

enum status vault_data_key_rewrap(struct keyring *keyring, const void *wrapped, size_t length,
                                  struct wrapped_key *fresh, struct error *error)
{
    struct data_key key = {.secret = NULL};
    struct uuid kek_id;
    enum status status = read_header(wrapped, length, &key, &kek_id, error);
    if (status == STATUS_OK)
        status = decrypt_locked(keyring, &kek_id, wrapped, &key, error);
    if (status == STATUS_OK)
        wrap(keyring, &key, fresh);
    vault_data_key_release(&key);
    return status;
}
