/*
 * Changes to the keyring file as text to text: a first keyring, a new epoch, the end of old keys. Works on a file that
 * key_set_parse() has found good, and leaves every field as it is that it does not change. Any thread; keeps nothing.
 */
#include "keyring_edit.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/json.h"
#include "akkoord/base/memory.h"
#include "keyring_internal.h"

/* ---- writing ---- */

static json_t *new_entry(struct arena *arena, enum key_purpose purpose, int64_t epoch)
{
    uint8_t kek[KEK_BYTES];
    char key[BASE64_BYTES(KEK_BYTES)];
    char check[KEY_FINGERPRINT_TEXT_BYTES];
    struct uuid id = uuid_new();
    crypto_random(kek, sizeof(kek));
    base64_encode(kek, sizeof(kek), key);
    kek_fingerprint(kek, check);
    json_t *entry = json_new_object(arena);
    json_set_uuid(entry, "id", &id);
    json_set_text(entry, "purpose", key_purpose_name(purpose));
    json_set_integer(entry, "epoch", epoch);
    json_set_time(entry, "created", clock_now_us() / CLOCK_US_PER_SECOND * CLOCK_US_PER_SECOND);
    json_set_text(entry, "state", key_state_name(KEY_STATE_ACTIVE));
    json_set_text(entry, "key", key);
    json_set_text(entry, "check", check);
    memory_cleanse(kek, sizeof(kek));
    memory_cleanse(key, sizeof(key));
    return entry;
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

void keyring_write_new(struct buffer *out)
{
    struct arena *arena = arena_new();
    json_t *entries = json_new_array(arena);
    for (int purpose = 1; purpose <= KEY_PURPOSES; purpose++)
        json_append_value(entries, new_entry(arena, (enum key_purpose)purpose, 1));
    write_entries(arena, entries, out);
    arena_free(arena);
}

/* ---- changing ---- */

/* The entries of the file, and what is known of each, in the file's order. */
struct edited {
    json_t *entries;
    size_t count;
    struct keyring_entry *known;
};

static enum status read_entries(struct arena *arena, const char *path, const char *text, size_t length,
                                struct edited *edited, struct error *error)
{
    struct key_set *keys;
    json_t *file;
    enum status status = key_set_parse(path, text, length, &keys, error);
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

enum status keyring_edit_begin_epoch(const char *path, const char *text, size_t length, const void *context,
                                     struct buffer *out, struct error *error)
{
    (void)context;
    struct arena *arena = arena_new();
    struct edited edited;
    enum status status = read_entries(arena, path, text, length, &edited, error);
    if (status == STATUS_OK && edited.count + KEY_PURPOSES > KEYRING_KEYS_MAX)
        status = error_set(error, STATUS_TOO_LARGE, "keyring_full",
                           "keyring %s has no room for more keys: take destroyed ones out of it", path);
    for (size_t i = 0; status == STATUS_OK && i < edited.count; i++) {
        const struct keyring_entry *known = &edited.known[i];
        if (known->state != KEY_STATE_ACTIVE || known->purpose == KEY_PURPOSE_INDEX)
            continue;
        set_state(json_array_get(edited.entries, i), KEY_STATE_RETIRED);
        json_append_value(edited.entries, new_entry(arena, known->purpose, last_epoch(&edited, known->purpose) + 1));
    }
    if (status == STATUS_OK)
        write_entries(arena, edited.entries, out);
    arena_free(arena);
    return status;
}

static bool is_selected(const struct key_selection *selection, const struct uuid *id)
{
    for (size_t i = 0; i < selection->count; i++) {
        if (uuid_equal(&selection->ids[i], id))
            return true;
    }
    return false;
}

enum status keyring_edit_destroy(const char *path, const char *text, size_t length, const void *context,
                                 struct buffer *out, struct error *error)
{
    struct arena *arena = arena_new();
    struct edited edited;
    char id_text[UUID_TEXT_BYTES];
    enum status status = read_entries(arena, path, text, length, &edited, error);
    for (size_t i = 0; status == STATUS_OK && i < edited.count; i++) {
        const struct keyring_entry *known = &edited.known[i];
        if (!is_selected(context, &known->id) || known->state == KEY_STATE_DESTROYED)
            continue;
        if (known->state != KEY_STATE_RETIRED) {
            status = error_set(error, STATUS_CONFLICT, "key_in_use",
                               "key %s is active: only a retired one is destroyed", uuid_format(&known->id, id_text));
            continue;
        }
        json_t *entry = json_array_get(edited.entries, i);
        json_set_text(entry, "check", known->fingerprint);
        (void)json_object_del(entry, "key");
        set_state(entry, KEY_STATE_DESTROYED);
    }
    if (status == STATUS_OK)
        write_entries(arena, edited.entries, out);
    arena_free(arena);
    return status;
}
