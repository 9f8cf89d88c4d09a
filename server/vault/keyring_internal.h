#pragma once
/*
 * What the vault's own files know of a keyring: the keys in use, and the codec of the file. Nothing outside
 * server/vault includes this.
 */
#include <stdbool.h>

#include "akkoord/vault/keyring.h"

#define KEYRING_VERSION         1
#define KEK_BYTES               32
#define KEK_USE_BYTES           32 /* what is derived from a KEK to use it by */
#define FINGERPRINT_INFO        "akkoord/v1/check"
#define WRAP_INFO_PREFIX        "akkoord/v1/wrap/"
#define EMAIL_INDEX_INFO        "akkoord/v1/index/email"
#define AUDIT_INFO              "akkoord/v1/audit"
#define KEY_PURPOSE_IS(purpose) ((purpose) >= 1 && (purpose) <= KEY_PURPOSES)

/* A key ready for use. Of the KEK itself only what is derived for its purpose stays in memory: the key that wraps,
 * that of the e-mail index, or that which those of the audit log are derived from. */
struct kek {
    struct keyring_entry entry;
    size_t position;  /* in the file */
    uint8_t *use_key; /* KEK_USE_BYTES in the secure heap; NULL when destroyed */
};

/* The keys of one reading of the file, by purpose and epoch. Never changes once made. */
struct key_set {
    struct kek *keys;
    size_t count;
    const struct kek *active[KEY_PURPOSES + 1]; /* by purpose; [0] is unused; NULL: an audit key that is not there */
};

struct key_token;
/* Reads the text of a keyring file. Failures as for keyring_load_with_token(); `path` only names it. `token` may be
 * NULL; it stays connected when it was needed. */
enum status key_set_parse(const char *path, const char *text, size_t length, struct key_token *token,
                          struct key_set **keys, struct error *error) AKKOORD_MUST_CHECK;
void key_set_free(struct key_set *keys);

/* As keyring.h says; the text ends with a NUL. */
void kek_fingerprint(const uint8_t kek[KEK_BYTES], char out[KEY_FINGERPRINT_TEXT_BYTES]);

/* Holds the keys still (read lock) until keyring_unlock(). */
const struct key_set *keyring_lock(struct keyring *keyring);
void keyring_unlock(struct keyring *keyring);
/* NULL when there is none. */
const struct kek *key_set_find(const struct key_set *keys, const struct uuid *id);
