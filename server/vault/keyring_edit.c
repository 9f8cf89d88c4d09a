/*
 * Changes to the keyring file as text to text: a first keyring, a new epoch, the end of old keys. Works on a file that
 * key_set_parse() has found good, and leaves every field as it is that it does not change. Any thread; keeps nothing.
 */
#include "keyring_edit.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/json.h"
#include "akkoord/base/memory.h"
#include "key_token.h"
#include "keyring_internal.h"

/* ---- writing ---- */

/* The key as it stands in the file: in the clear, or wrapped by the token. */
static enum status set_key(json_t *entry, const struct uuid *id, enum key_purpose purpose, const uint8_t kek[KEK_BYTES],
                           struct key_token *token, struct error *error)
{
    char check[KEY_FINGERPRINT_TEXT_BYTES], text[BASE64_BYTES(TOKEN_WRAPPED_BYTES_MAX)];
    uint8_t wrapped[TOKEN_WRAPPED_BYTES_MAX];
    size_t length;
    kek_fingerprint(kek, check);
    if (token == NULL) {
        base64_encode(kek, KEK_BYTES, text);
        json_set_text(entry, "key", text);
        memory_cleanse(text, sizeof(text));
    } else {
        enum status status = key_token_wrap(token, id, purpose, kek, wrapped, &length, error);
        if (status != STATUS_OK)
            return status;
        base64_encode(wrapped, length, text);
        (void)json_object_del(entry, "key");
        json_set_text(entry, "wrapped", text);
        json_set_text(entry, "by", key_token_uri(token));
    }
    json_set_text(entry, "check", check);
    return STATUS_OK;
}

static enum status append_new(struct arena *arena, json_t *entries, enum key_purpose purpose, int64_t epoch,
                              struct key_token *token, struct error *error)
{
    uint8_t kek[KEK_BYTES];
    struct uuid id = uuid_new();
    json_t *entry = json_new_object(arena);
    json_set_uuid(entry, "id", &id);
    json_set_text(entry, "purpose", key_purpose_name(purpose));
    json_set_integer(entry, "epoch", epoch);
    json_set_time(entry, "created", clock_now_us() / CLOCK_US_PER_SECOND * CLOCK_US_PER_SECOND);
    json_set_text(entry, "state", key_state_name(KEY_STATE_ACTIVE));
    crypto_random(kek, sizeof(kek));
    enum status status = set_key(entry, &id, purpose, kek, token, error);
    memory_cleanse(kek, sizeof(kek));
    if (status == STATUS_OK)
        json_append_value(entries, entry);
    return status;
}

/* A key a line. */
static void write_entries(struct arena *arena, const json_t *entries, struct buffer *out)
{
    buffer_append_format(out, "{\"version\": %d,\n \"keys\": [", KEYRING_VERSION);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        size_t length;
        const char *text = json_write(arena, json_array_get(entries, i), &length);
        buffer_append_text(out, i > 0 ? ",\n  " : "\n  ");
        buffer_append(out, text, length);
    }
    buffer_append_text(out, "\n]}\n");
}

enum status keyring_write_new(struct key_token *token, struct buffer *out, struct error *error)
{
    struct arena *arena = arena_new();
    json_t *entries = json_new_array(arena);
    enum status status = STATUS_OK;
    for (int purpose = 1; status == STATUS_OK && purpose <= KEY_PURPOSES; purpose++)
        status = append_new(arena, entries, (enum key_purpose)purpose, 1, token, error);
    if (status == STATUS_OK)
        write_entries(arena, entries, out);
    arena_free(arena);
    return status;
}

/* ---- changing ---- */

/* The entries of the file, and what is known of each, in the file's order. */
struct edited {
    json_t *entries;
    size_t count;
    struct keyring_entry *known;
};

static enum status read_entries(struct arena *arena, const char *path, const char *text, size_t length,
                                struct key_token *token, struct edited *edited, struct error *error)
{
    struct key_set *keys;
    json_t *file;
    enum status status = key_set_parse(path, text, length, token, &keys, error);
    if (status == STATUS_OK) {
        status = json_parse_object(arena, text, length, &file, error);
        if (status == STATUS_OK)
            status = json_get_array(file, "", "keys", JSON_REQUIRED, KEYRING_KEYS_MAX, &edited->entries, error);
        if (status == STATUS_OK) {
            edited->count = json_array_size(edited->entries);
            edited->known = ARENA_ARRAY(arena, struct keyring_entry, edited->count);
            for (size_t i = 0; i < edited->count; i++)
                edited->known[keys->keys[i].position] = keys->keys[i].entry;
        }
        key_set_free(keys);
    }
    return status;
}

static int64_t last_epoch(const struct edited *edited, enum key_purpose purpose)
{
    int64_t last = 0;
    for (size_t i = 0; i < edited->count; i++) {
        if (edited->known[i].purpose == purpose && edited->known[i].epoch > last)
            last = edited->known[i].epoch;
    }
    return last;
}

static void set_state(json_t *entry, enum key_state state)
{
    json_set_text(entry, "state", key_state_name(state));
}

/* What stands in the clear is wrapped. */
static enum status wrap_entries(const struct edited *edited, struct key_token *token, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < edited->count; i++) {
        json_t *entry = json_array_get(edited->entries, i);
        const char *key = json_string_value(json_object_get(entry, "key"));
        uint8_t kek[KEK_BYTES];
        size_t length;
        if (key == NULL || base64_decode(key, strlen(key), kek, sizeof(kek), &length) != STATUS_OK)
            continue;
        status = set_key(entry, &edited->known[i].id, edited->known[i].purpose, kek, token, error);
        memory_cleanse(kek, sizeof(kek));
    }
    return status;
}

enum status keyring_edit_begin_epoch(const char *path, const char *text, size_t length, const void *context,
                                     struct buffer *out, struct error *error)
{
    const struct keyring_change *change = context;
    struct arena *arena = arena_new();
    struct edited edited;
    enum status status = read_entries(arena, path, text, length, change->token, &edited, error);
    if (status == STATUS_OK && edited.count + KEY_PURPOSES > KEYRING_KEYS_MAX)
        status = error_set(error, STATUS_TOO_LARGE, "keyring_full",
                           "keyring %s has no room for more keys: take destroyed ones out of it", path);
    if (status == STATUS_OK && change->token != NULL)
        status = wrap_entries(&edited, change->token, error);
    for (size_t i = 0; status == STATUS_OK && i < edited.count; i++) {
        const struct keyring_entry *known = &edited.known[i];
        if (known->state != KEY_STATE_ACTIVE || !key_purpose_wraps(known->purpose))
            continue;
        set_state(json_array_get(edited.entries, i), KEY_STATE_RETIRED);
        status = append_new(arena, edited.entries, known->purpose, last_epoch(&edited, known->purpose) + 1,
                            change->token, error);
    }
    if (status == STATUS_OK)
        write_entries(arena, edited.entries, out);
    arena_free(arena);
    return status;
}

enum status keyring_edit_add_audit_key(const char *path, const char *text, size_t length, const void *context,
                                       struct buffer *out, struct error *error)
{
    const struct keyring_change *change = context;
    struct arena *arena = arena_new();
    struct edited edited;
    enum status status = read_entries(arena, path, text, length, change->token, &edited, error);
    bool is_there = status == STATUS_OK && last_epoch(&edited, KEY_PURPOSE_AUDIT) > 0;
    if (status == STATUS_OK && !is_there)
        status = append_new(arena, edited.entries, KEY_PURPOSE_AUDIT, 1, change->token, error);
    if (status == STATUS_OK)
        write_entries(arena, edited.entries, out);
    arena_free(arena);
    return status;
}

static bool is_selected(const struct keyring_change *change, const struct uuid *id)
{
    for (size_t i = 0; i < change->count; i++) {
        if (uuid_equal(&change->ids[i], id))
            return true;
    }
    return false;
}

enum status keyring_edit_destroy(const char *path, const char *text, size_t length, const void *context,
                                 struct buffer *out, struct error *error)
{
    const struct keyring_change *change = context;
    struct arena *arena = arena_new();
    struct edited edited;
    char id_text[UUID_TEXT_BYTES];
    enum status status = read_entries(arena, path, text, length, change->token, &edited, error);
    for (size_t i = 0; status == STATUS_OK && i < edited.count; i++) {
        const struct keyring_entry *known = &edited.known[i];
        if (!is_selected(change, &known->id) || known->state == KEY_STATE_DESTROYED)
            continue;
        if (known->state != KEY_STATE_RETIRED) {
            status = error_set(error, STATUS_CONFLICT, "key_in_use",
                               "key %s is active: only a retired one is destroyed", uuid_format(&known->id, id_text));
            continue;
        }
        json_t *entry = json_array_get(edited.entries, i);
        json_set_text(entry, "check", known->fingerprint);
        (void)json_object_del(entry, "key");
        (void)json_object_del(entry, "wrapped");
        (void)json_object_del(entry, "by");
        set_state(entry, KEY_STATE_DESTROYED);
    }
    if (status == STATUS_OK)
        write_entries(arena, edited.entries, out);
    arena_free(arena);
    return status;
}
