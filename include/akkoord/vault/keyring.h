#pragma once
/*
 * The keyring: the key-encryption keys (KEKs) of an installation, and the file that holds them.
 *
 * A KEK wraps data keys (vault.h) or keys the blind index (blind_index.h); it never touches data itself. Every KEK is
 * 32 random bytes of its own, derived from nothing: destroying one destroys whatever hangs from it, for good.
 *
 * The file is JSON, mode 0600 (or 0400), owned by the user the server runs as:
 *
 *     {"version": 1,
 *      "keys": [
 *       {"id": "0197...", "purpose": "profile", "epoch": 1, "created": "2026-11-23T09:30:00Z", "state": "active",
 *        "key": "<32 bytes, base64>", "check": "<fingerprint>"},
 *       ...
 *      ]}
 *
 *   id       a UUID, unique in the file
 *   purpose  profile | billing | event | staff | index | audit
 *   epoch    counts the keys of one purpose from 1, unique within it; left out: one more than the highest before it
 *   created  RFC 3339
 *   state    active (wraps new data keys; exactly one a purpose, of `audit` at most one), retired (only unwraps),
 * destroyed (has no "key") check    the fingerprint below; may be left out; when present it must fit the key wrapped in
 * the place of "key": the key as a PKCS#11 token wrapped it, base64; needs "by" and "check" by       which token and
 * key that was: "pkcs11:token=LABEL;object=LABEL" (RFC 7512)
 *
 * The fingerprint tells that a key is the right one and nothing else about it: the first 16 bytes, as lowercase hex, of
 * HKDF-SHA512 (RFC 5869) with the KEK as input key, no salt and the info "akkoord/v1/check".
 *
 * Any thread may call anything here: use takes a read lock, a reload swaps the keys under the write lock. Any number of
 * processes may share a file: it is only ever replaced whole.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"

/* The numbers stand in wrapped keys: never change one. */
enum key_purpose {
    KEY_PURPOSE_PROFILE = 1, /* what a person told us about themselves */
    KEY_PURPOSE_BILLING = 2, /* an order's content, its buyer and its documents */
    KEY_PURPOSE_EVENT = 3,   /* bodies of events that fit no order */
    KEY_PURPOSE_STAFF = 4,   /* staff addresses and TOTP secrets */
    KEY_PURPOSE_INDEX = 5,   /* the blind index: wraps nothing */
    KEY_PURPOSE_AUDIT = 6,   /* the audit log (checkpoint.h): wraps nothing; files of before it have none */
};
#define KEY_PURPOSES 6

enum key_state { KEY_STATE_ACTIVE, KEY_STATE_RETIRED, KEY_STATE_DESTROYED };

#define KEYRING_KEYS_MAX           1024
#define KEYRING_FILE_BYTES_MAX     ((size_t)1 << 20)
#define KEY_FINGERPRINT_BYTES      16
#define KEY_FINGERPRINT_TEXT_BYTES (2 * KEY_FINGERPRINT_BYTES + 1)

struct keyring;

/* What may be shown of a key. */
struct keyring_entry {
    struct uuid id;
    enum key_purpose purpose;
    enum key_state state;
    int64_t epoch;
    int64_t created_us;
    int64_t retired_us; /* when the next key of its purpose was made; 0 while it is the newest */
    char fingerprint[KEY_FINGERPRINT_TEXT_BYTES]; /* of a destroyed key: its "check", or empty */
};

/* A PKCS#11 token whose AES-256 key, or RSA key pair, wraps the keys in the file: without the token the file opens
 * nothing. Once loaded, keys are in memory as always. */
struct keyring_token {
    const char *module; /* path of the shared object */
    const char *label;  /* the token's */
    const char *key;    /* label of the key, or the pair, on it */
    const char *pin;
};

/* Makes the file with one active key a purpose. Whole or not at all: it is written beside `path`, flushed and then
 * linked into place; the folder must exist. An existing file is never touched: STATUS_CONFLICT, code "keyring_exists",
 * and of several that try at once exactly one succeeds. Other failures: STATUS_UNAVAILABLE, code "keyring_write". */
enum status keyring_create(const char *path, struct error *error) AKKOORD_MUST_CHECK;
/* The same with keys that the token wraps; `token` may be NULL. STATUS_UNAVAILABLE "key_token". */
enum status keyring_create_with_token(const char *path, const struct keyring_token *token,
                                      struct error *error) AKKOORD_MUST_CHECK;

/* Reads and checks the file. The caller owns the keyring. Failures name the file and what is wrong with it, never what
 * is in it: STATUS_NOT_FOUND "keyring_missing"; STATUS_FORBIDDEN "keyring_permissions" (a wider mode, another owner, a
 * symbolic link or not a plain file); STATUS_UNAVAILABLE "keyring_read"; STATUS_INVALID "keyring_malformed";
 * STATUS_BUSY "secure_heap_full". */
enum status keyring_load(const char *path, struct keyring **keyring, struct error *error) AKKOORD_MUST_CHECK;
/* The same; `token` (may be NULL, is copied) opens the keys that it wrapped, at each reading of the file. Keys that
 * stand there in the clear are taken too: the next keyring_begin_epoch() has the token wrap them. Failures as above,
 * STATUS_UNAVAILABLE "key_token"; a key that the token does not open is "keyring_malformed". */
enum status keyring_load_with_token(const char *path, const struct keyring_token *token, struct keyring **keyring,
                                    struct error *error) AKKOORD_MUST_CHECK;

/* Reads the same file again and swaps the keys; on failure (as for keyring_load) the old ones stay in use. */
enum status keyring_reload(struct keyring *keyring, struct error *error) AKKOORD_MUST_CHECK;

/* The same where the file is another than the one that was read, as after a rotation by another process; otherwise
 * nothing. For whoever met a key that is not on the keyring. Logs how it went. */
void keyring_refresh(struct keyring *keyring);

/* Adds the audit key to a file of before there was one, in the same way as below; does nothing where there is one. */
enum status keyring_add_audit_key(struct keyring *keyring, struct error *error) AKKOORD_MUST_CHECK;

/* Begins a new epoch: of each purpose that wraps, the active key is retired and a new random one takes its place, in
 * the file first, whole or not at all and on the disk, and then here. (Those that wrap nothing stay.) Several
 * processes that do so at once each begin one, one after the other. Failures as for keyring_load(), STATUS_UNAVAILABLE
 * "keyring_write" (the file may only be a copy), STATUS_TOO_LARGE "keyring_full". */
enum status keyring_begin_epoch(struct keyring *keyring, struct error *error) AKKOORD_MUST_CHECK;

/* Takes retired keys out of the file, in the same way, and notes them there as destroyed: whatever they still wrap,
 * here or in a backup, is gone for good. Failures as above, STATUS_CONFLICT "key_in_use" for an active one. */
enum status keyring_destroy_keys(struct keyring *keyring, const struct uuid *ids, size_t count,
                                 struct error *error) AKKOORD_MUST_CHECK;

/* Overwrites the keys. Nobody may use the keyring any more. NULL is accepted. */
void keyring_free(struct keyring *keyring);

/* All keys, destroyed ones too, by purpose and epoch. The array lives in the arena; returns how many. */
size_t keyring_list(struct keyring *keyring, struct arena *arena, const struct keyring_entry **entries);

/* Compares a key with the fingerprint that was noted when it was first used (`akkoord keys verify`). STATUS_NOT_FOUND
 * "kek_unknown": not on the keyring; STATUS_CONFLICT "kek_mismatch": another key stands under this id. A destroyed key
 * passes. */
enum status keyring_check_fingerprint(struct keyring *keyring, const struct uuid *id, const char *fingerprint,
                                      struct error *error) AKKOORD_MUST_CHECK;

/* Whether keys of this purpose wrap data keys, and so are rotated. */
bool key_purpose_wraps(enum key_purpose purpose);
/* The words of the file; NULL for a number that is none. */
const char *key_purpose_name(enum key_purpose purpose);
const char *key_state_name(enum key_state state);
