/* The text of a keyring file under libFuzzer, without a token: one that is accepted has one active key a purpose (an
 * audit key may be missing), and no id twice; one that needs a token says so. */
#include "keyring_internal.h"

#include "../fuzz.h"

static void check_keys(const struct key_set *keys)
{
    size_t needed = keys->active[KEY_PURPOSE_AUDIT] != NULL ? KEY_PURPOSES : KEY_PURPOSES - 1;
    require(keys->count >= needed && keys->count <= KEYRING_KEYS_MAX);
    size_t active = 0;
    for (size_t i = 0; i < keys->count; i++) {
        const struct kek *key = &keys->keys[i];
        require(key_purpose_name(key->entry.purpose) != NULL && key_state_name(key->entry.state) != NULL);
        require((key->use_key == NULL) == (key->entry.state == KEY_STATE_DESTROYED));
        require(key_set_find(keys, &key->entry.id) == key);
        active += key->entry.state == KEY_STATE_ACTIVE;
    }
    require(active == needed);
    for (size_t purpose = 1; purpose <= needed; purpose++)
        require(keys->active[purpose] != NULL && (size_t)keys->active[purpose]->entry.purpose == purpose);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct key_set *keys = NULL;
    struct error error = {0};
    enum status status = key_set_parse("keyring.json", (const char *)data, size, NULL, &keys, &error);
    if (status == STATUS_OK)
        check_keys(keys);
    else
        require((strcmp(error.code, "keyring_malformed") == 0 || strcmp(error.code, "key_token") == 0) &&
                error.detail[0] != '\0');
    if (status == STATUS_OK)
        key_set_free(keys);
    return 0;
}
