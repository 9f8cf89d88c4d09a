/*
 * Reads the text of a keyring file (format in keyring.h) into keys ready for use. Does no I/O, but by the token
 * that opens what it wrapped. Error texts name the place of a fault, never what stands there. Any thread.
 */
#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/json.h"
#include "akkoord/base/memory.h"
#include "akkoord/vault/keyring.h"
#include "key_token.h"
#include "keyring_internal.h"
#include "primitives.h"

#include <openssl/crypto.h>

#define KEYRING_EPOCH_MAX     1000000
#define KEYRING_TEXT_BYTES    64 /* longest text in a key's entry */
#define KEYRING_PATH_BYTES    32 /* "keys[1023]." */
#define KEYRING_WRAPPED_BYTES BASE64_BYTES(TOKEN_WRAPPED_BYTES_MAX)

static const char *const purpose_names[KEY_PURPOSES + 1] = {
    [KEY_PURPOSE_PROFILE] = "profile", [KEY_PURPOSE_BILLING] = "billing", [KEY_PURPOSE_EVENT] = "event",
    [KEY_PURPOSE_STAFF] = "staff",     [KEY_PURPOSE_INDEX] = "index",     [KEY_PURPOSE_AUDIT] = "audit",
};

static const char *const state_names[] = {
    [KEY_STATE_ACTIVE] = "active",
    [KEY_STATE_RETIRED] = "retired",
    [KEY_STATE_DESTROYED] = "destroyed",
};
#define KEY_STATES (sizeof(state_names) / sizeof(state_names[0]))

const char *key_purpose_name(enum key_purpose purpose)
{
    return KEY_PURPOSE_IS(purpose) ? purpose_names[purpose] : NULL;
}

bool key_purpose_wraps(enum key_purpose purpose)
{
    return KEY_PURPOSE_IS(purpose) && purpose != KEY_PURPOSE_INDEX && purpose != KEY_PURPOSE_AUDIT;
}

const char *key_state_name(enum key_state state)
{
    return (size_t)state < KEY_STATES ? state_names[state] : NULL;
}

void kek_fingerprint(const uint8_t kek[KEK_BYTES], char out[KEY_FINGERPRINT_TEXT_BYTES])
{
    uint8_t fingerprint[KEY_FINGERPRINT_BYTES];
    hkdf_sha512(kek, KEK_BYTES, NULL, 0, FINGERPRINT_INFO, "", fingerprint, sizeof(fingerprint));
    hex_encode(fingerprint, sizeof(fingerprint), out);
}

static void use_key_make(const uint8_t kek[KEK_BYTES], enum key_purpose purpose, uint8_t out[KEK_USE_BYTES])
{
    if (purpose == KEY_PURPOSE_INDEX)
        hkdf_sha512(kek, KEK_BYTES, NULL, 0, EMAIL_INDEX_INFO, "", out, KEK_USE_BYTES);
    else if (purpose == KEY_PURPOSE_AUDIT)
        hkdf_sha512(kek, KEK_BYTES, NULL, 0, AUDIT_INFO, "", out, KEK_USE_BYTES);
    else
        hkdf_sha512(kek, KEK_BYTES, NULL, 0, WRAP_INFO_PREFIX, purpose_names[purpose], out, KEK_USE_BYTES);
}

/* One key's entry while it is read. */
struct entry_reader {
    const char *path;
    struct key_token *token;         /* may be NULL */
    char prefix[KEYRING_PATH_BYTES]; /* "keys[3]." */
    const json_t *object;
};

static enum status entry_fault(const struct entry_reader *reader, const char *key, const char *fault,
                               struct error *error)
{
    return error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s: %s%s: %s", reader->path, reader->prefix,
                     key, fault);
}

static enum status read_text(const struct entry_reader *reader, const char *key, enum json_presence presence,
                             const char **text, struct error *error)
{
    struct error fault;
    if (json_get_text(reader->object, reader->prefix, key, presence, KEYRING_TEXT_BYTES, text, &fault) != STATUS_OK)
        return entry_fault(reader, key, fault.detail, error);
    return STATUS_OK;
}

/* The place of a text in a list of words, or -1. */
static int word_index(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i] != NULL && strcmp(words[i], text) == 0)
            return (int)i;
    }
    return -1;
}

static enum status read_words(const struct entry_reader *reader, struct keyring_entry *entry, struct error *error)
{
    const char *id, *purpose, *state, *created;
    enum status status;
    if ((status = read_text(reader, "id", JSON_REQUIRED, &id, error)) != STATUS_OK ||
        (status = read_text(reader, "purpose", JSON_REQUIRED, &purpose, error)) != STATUS_OK ||
        (status = read_text(reader, "state", JSON_REQUIRED, &state, error)) != STATUS_OK ||
        (status = read_text(reader, "created", JSON_REQUIRED, &created, error)) != STATUS_OK)
        return status;
    if (uuid_parse(id, strlen(id), &entry->id) != STATUS_OK)
        return entry_fault(reader, "id", "not a UUID", error);
    int purpose_index = word_index(purpose, purpose_names, KEY_PURPOSES + 1);
    if (purpose_index < 0)
        return entry_fault(reader, "purpose", "not a purpose", error);
    entry->purpose = (enum key_purpose)purpose_index;
    int state_index = word_index(state, state_names, KEY_STATES);
    if (state_index < 0)
        return entry_fault(reader, "state", "not active, retired or destroyed", error);
    entry->state = (enum key_state)state_index;
    if (clock_parse_rfc3339(created, strlen(created), &entry->created_us) != STATUS_OK)
        return entry_fault(reader, "created", "not an RFC 3339 time", error);
    return STATUS_OK;
}

static enum status read_epoch(const struct entry_reader *reader, const struct key_set *before,
                              struct keyring_entry *entry, struct error *error)
{
    struct error fault;
    entry->epoch = 1;
    for (size_t i = 0; i < before->count; i++) {
        if (before->keys[i].entry.purpose == entry->purpose && before->keys[i].entry.epoch >= entry->epoch)
            entry->epoch = before->keys[i].entry.epoch + 1;
    }
    if (json_get_integer(reader->object, reader->prefix, "epoch", JSON_OPTIONAL, 1, KEYRING_EPOCH_MAX, &entry->epoch,
                         &fault) != STATUS_OK)
        return entry_fault(reader, "epoch", fault.detail, error);
    return STATUS_OK;
}

/* The fingerprint as the file has it, in small letters; empty when it is left out. */
static enum status read_check(const struct entry_reader *reader, char out[KEY_FINGERPRINT_TEXT_BYTES],
                              struct error *error)
{
    const char *check;
    enum status status = read_text(reader, "check", JSON_OPTIONAL, &check, error);
    if (status != STATUS_OK)
        return status;
    out[0] = '\0';
    if (check == NULL)
        return STATUS_OK;
    uint8_t bytes[KEY_FINGERPRINT_BYTES];
    size_t length;
    if (hex_decode(check, strlen(check), bytes, sizeof(bytes), &length) != STATUS_OK || length != sizeof(bytes))
        return entry_fault(reader, "check", "not a fingerprint of 32 hexadecimal digits", error);
    hex_encode(bytes, sizeof(bytes), out);
    return STATUS_OK;
}

/* `secret` is in the secure heap. */
static enum status read_plain(const struct entry_reader *reader, const char *key, uint8_t secret[KEK_BYTES],
                              struct error *error)
{
    size_t length;
    if (base64_decode(key, strlen(key), secret, KEK_BYTES, &length) != STATUS_OK || length != KEK_BYTES)
        return entry_fault(reader, "key", "not 32 bytes of base64", error);
    return STATUS_OK;
}

static enum status read_long_text(const struct entry_reader *reader, const char *key, const char **text,
                                  struct error *error)
{
    struct error fault;
    if (json_get_text(reader->object, reader->prefix, key, JSON_REQUIRED, KEYRING_WRAPPED_BYTES, text, &fault) !=
        STATUS_OK)
        return entry_fault(reader, key, fault.detail, error);
    return STATUS_OK;
}

static enum status read_wrapped(const struct entry_reader *reader, const struct keyring_entry *entry,
                                uint8_t secret[KEK_BYTES], struct error *error)
{
    const char *text, *by;
    uint8_t wrapped[TOKEN_WRAPPED_BYTES_MAX];
    size_t length;
    struct error fault;
    enum status status;
    if ((status = read_long_text(reader, "wrapped", &text, error)) != STATUS_OK ||
        (status = read_long_text(reader, "by", &by, error)) != STATUS_OK)
        return status;
    if (base64_decode(text, strlen(text), wrapped, sizeof(wrapped), &length) != STATUS_OK)
        return entry_fault(reader, "wrapped", "not base64, or too long", error);
    if (reader->token == NULL || strcmp(by, key_token_uri(reader->token)) != 0)
        return error_set(error, STATUS_UNAVAILABLE, "key_token",
                         "keyring %s: %sby: another token is needed: set AKKOORD_PKCS11_MODULE, _TOKEN and _KEY",
                         reader->path, reader->prefix);
    status = key_token_unwrap(reader->token, &entry->id, entry->purpose, wrapped, length, secret, &fault);
    if (status == STATUS_INVALID)
        return entry_fault(reader, "wrapped", fault.detail, error);
    if (status != STATUS_OK)
        *error = fault;
    return status;
}

/* Checks the key and leaves in memory only what is derived from it. */
static enum status read_key(const struct entry_reader *reader, struct kek *kek, struct error *error)
{
    const char *key;
    char check[KEY_FINGERPRINT_TEXT_BYTES];
    enum status status;
    if ((status = read_check(reader, check, error)) != STATUS_OK ||
        (status = read_text(reader, "key", JSON_OPTIONAL, &key, error)) != STATUS_OK)
        return status;
    bool is_wrapped = json_object_get(reader->object, "wrapped") != NULL;
    if (kek->entry.state == KEY_STATE_DESTROYED) {
        if (key != NULL || is_wrapped)
            return entry_fault(reader, "key", "a destroyed key must not be in the file", error);
        memcpy(kek->entry.fingerprint, check, sizeof(check));
        return STATUS_OK;
    }
    if (key == NULL && !is_wrapped)
        return entry_fault(reader, "key", "this field is required", error);
    if (is_wrapped && (key != NULL || check[0] == '\0'))
        return entry_fault(reader, "wrapped", "stands in the place of \"key\", and needs a \"check\"", error);
    kek->use_key = OPENSSL_secure_malloc(KEK_USE_BYTES);
    uint8_t *secret = OPENSSL_secure_malloc(KEK_BYTES);
    if (kek->use_key == NULL || secret == NULL)
        status = error_set(error, STATUS_BUSY, "secure_heap_full", "there is no more locked memory for keys");
    else
        status = is_wrapped ? read_wrapped(reader, &kek->entry, secret, error) : read_plain(reader, key, secret, error);
    if (status == STATUS_OK) {
        kek_fingerprint(secret, kek->entry.fingerprint);
        use_key_make(secret, kek->entry.purpose, kek->use_key);
        if (check[0] != '\0' && strcmp(check, kek->entry.fingerprint) != 0)
            status = entry_fault(reader, "check", "does not fit the key: one of them was altered", error);
    }
    OPENSSL_secure_clear_free(secret, KEK_BYTES);
    return status;
}

/* On failure a key that was made is in `keys` already, so that it is freed with the others. */
static enum status read_entry(struct entry_reader *reader, struct key_set *keys, struct error *error)
{
    static const char *const known[] = {"id",  "purpose", "epoch",   "created", "state",
                                        "key", "check",   "wrapped", "by",      NULL};
    if (!json_is_object(reader->object))
        return entry_fault(reader, "", "not an object", error);
    struct error fault;
    if (json_refuse_unknown(reader->object, reader->prefix, known, &fault) != STATUS_OK)
        return error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s: %s: %s", reader->path, fault.field,
                         fault.detail);
    struct kek *kek = &keys->keys[keys->count];
    enum status status;
    if ((status = read_words(reader, &kek->entry, error)) != STATUS_OK ||
        (status = read_epoch(reader, keys, &kek->entry, error)) != STATUS_OK)
        return status;
    for (size_t i = 0; i < keys->count; i++) {
        const struct keyring_entry *other = &keys->keys[i].entry;
        if (uuid_equal(&other->id, &kek->entry.id))
            return entry_fault(reader, "id", "another key has it too", error);
        if (other->purpose == kek->entry.purpose && other->epoch == kek->entry.epoch)
            return entry_fault(reader, "epoch", "another key of this purpose has it too", error);
    }
    kek->position = keys->count++;
    return read_key(reader, kek, error);
}

static int compare_keys(const void *left, const void *right)
{
    const struct keyring_entry *a = &((const struct kek *)left)->entry, *b = &((const struct kek *)right)->entry;
    if (a->purpose != b->purpose)
        return a->purpose < b->purpose ? -1 : 1;
    return (a->epoch > b->epoch) - (a->epoch < b->epoch);
}

/* A key was retired when the next one of its purpose was made. */
static void find_retirements(struct key_set *keys)
{
    for (size_t i = 0; i + 1 < keys->count; i++) {
        struct keyring_entry *entry = &keys->keys[i].entry;
        const struct keyring_entry *next = &keys->keys[i + 1].entry;
        if (entry->state != KEY_STATE_ACTIVE && next->purpose == entry->purpose)
            entry->retired_us = next->created_us;
    }
}

/* Orders the keys and finds the active one of each purpose. */
static enum status key_set_complete(const char *path, struct key_set *keys, struct error *error)
{
    qsort(keys->keys, keys->count, sizeof(keys->keys[0]), compare_keys);
    find_retirements(keys);
    for (size_t i = 0; i < keys->count; i++) {
        const struct kek *kek = &keys->keys[i];
        if (kek->entry.state != KEY_STATE_ACTIVE)
            continue;
        if (keys->active[kek->entry.purpose] != NULL)
            return error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s: purpose %s has two active keys",
                             path, purpose_names[kek->entry.purpose]);
        keys->active[kek->entry.purpose] = kek;
    }
    for (size_t purpose = 1; purpose <= KEY_PURPOSES; purpose++) {
        if (keys->active[purpose] == NULL && purpose != KEY_PURPOSE_AUDIT)
            return error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s: purpose %s has no active key",
                             path, purpose_names[purpose]);
    }
    return STATUS_OK;
}

static enum status read_file(const char *path, const json_t *file, struct key_token *token, struct key_set *keys,
                             struct error *error)
{
    static const char *const known[] = {"version", "keys", NULL};
    struct error fault;
    int64_t version = 0;
    json_t *entries;
    if (json_refuse_unknown(file, "", known, &fault) != STATUS_OK ||
        json_get_integer(file, "", "version", JSON_REQUIRED, KEYRING_VERSION, KEYRING_VERSION, &version, &fault) !=
            STATUS_OK ||
        json_get_array(file, "", "keys", JSON_REQUIRED, KEYRING_KEYS_MAX, &entries, &fault) != STATUS_OK)
        return error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s: %s: %s", path, fault.field,
                         fault.detail);
    size_t count = json_array_size(entries);
    keys->keys = memory_alloc_zero(count, sizeof(keys->keys[0]));
    for (size_t i = 0; i < count; i++) {
        struct entry_reader reader = {.path = path, .token = token, .object = json_array_get(entries, i)};
        snprintf(reader.prefix, sizeof(reader.prefix), "keys[%zu].", i);
        enum status status = read_entry(&reader, keys, error);
        if (status != STATUS_OK)
            return status;
    }
    return key_set_complete(path, keys, error);
}

enum status key_set_parse(const char *path, const char *text, size_t length, struct key_token *token,
                          struct key_set **keys, struct error *error)
{
    struct arena *arena = arena_new();
    struct key_set *read = memory_alloc_zero(1, sizeof(*read));
    struct error fault;
    json_t *file;
    enum status status;
    if (json_parse_object(arena, text, length, &file, &fault) == STATUS_OK)
        status = read_file(path, file, token, read, error);
    else
        status = error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s is not a JSON object", path);
    arena_free(arena);
    if (status == STATUS_OK)
        *keys = read;
    else
        key_set_free(read);
    return status;
}

void key_set_free(struct key_set *keys)
{
    if (keys == NULL)
        return;
    for (size_t i = 0; i < keys->count; i++)
        OPENSSL_secure_clear_free(keys->keys[i].use_key, KEK_USE_BYTES);
    free(keys->keys);
    free(keys);
}
