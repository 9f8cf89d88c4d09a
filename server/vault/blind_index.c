/* The blind index of an e-mail address: a keyed hash under each living index key. Keeps nothing; any thread. */
#include "akkoord/vault/blind_index.h"

#include "keyring_internal.h"

static void compute(const struct kek *kek, const char *normalised, struct blind_index *index)
{
    index->key_id = kek->entry.id;
    crypto_hmac_sha256(kek->use_key, KEK_USE_BYTES, normalised, strlen(normalised), index->bytes);
}

void blind_index_make(struct keyring *keyring, const char *normalised, struct blind_index *index)
{
    compute(keyring_lock(keyring)->active[KEY_PURPOSE_INDEX], normalised, index);
    keyring_unlock(keyring);
}

size_t blind_index_candidates(struct keyring *keyring, const char *normalised,
                              struct blind_index indexes[BLIND_INDEX_KEYS_MAX])
{
    const struct key_set *keys = keyring_lock(keyring);
    size_t count = 0;
    compute(keys->active[KEY_PURPOSE_INDEX], normalised, &indexes[count++]);
    /* The set is ordered by epoch: from the end, the newest come first. */
    for (size_t i = keys->count; i > 0 && count < BLIND_INDEX_KEYS_MAX; i--) {
        const struct kek *kek = &keys->keys[i - 1];
        if (kek->entry.purpose == KEY_PURPOSE_INDEX && kek->entry.state == KEY_STATE_RETIRED)
            compute(kek, normalised, &indexes[count++]);
    }
    keyring_unlock(keyring);
    return count;
}
