#pragma once
/*
 * Data keys, the keys that seal.h seals with: made, wrapped for storage, unwrapped again; and the hardening of the
 * process that holds them.
 *
 * Every profile and every order's billing content has a data key of its own, 32 random bytes, stored only wrapped by
 * the active KEK of its purpose. Without the wrapped key, or without that KEK, everything sealed under it is gone.
 *
 * A wrapped key, version 1, is exactly 96 bytes:
 *
 *     offset bytes
 *          0     1  version: 1
 *          1     1  suite: 1 (HKDF-SHA512, AES-256-GCM)
 *          2     1  purpose, as enum key_purpose
 *          3     1  0
 *          4    16  id of the KEK
 *         20    16  id of the data key
 *         36    12  nonce, random
 *         48    32  the data key, encrypted
 *         80    16  GCM tag
 *
 * The AES-256-GCM key is HKDF-SHA512 (RFC 5869) of the KEK, no salt, info "akkoord/v1/wrap/" followed by the purpose's
 * name, 32 bytes. The associated data is "akkoord/v1/wrapped-key" followed by bytes 0 to 35. Random nonces allow 2^32
 * wraps under one KEK (NIST SP 800-38D, 8.3): with an epoch of 30 days that is 1,600 new keys a second, for ever.
 *
 * Any thread may call anything here. A data key belongs to the one who asked for it and is used by one thread at a
 * time.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/vault/keyring.h"

#define DATA_KEY_BYTES    32
#define WRAPPED_KEY_BYTES 96

enum vault_memory {
    VAULT_MEMORY_LOCKED,   /* keys must never reach swap: refuse to run otherwise */
    VAULT_MEMORY_UNLOCKED, /* for tests where RLIMIT_MEMLOCK is 0: go on, with keys in memory that may be swapped */
};

/* Once, first thing in main(), before any thread or key: OpenSSL's secure heap (locked, guarded, left out of dumps), no
 * core dumps (RLIMIT_CORE 0, PR_SET_DUMPABLE 0: other processes of the user can't attach or read the memory either;
 * AddressSanitizer builds stay dumpable, as the leak checker attaches). STATUS_UNAVAILABLE, code "memory_not_locked",
 * when the heap can't be locked, "hardening_failed" for the rest. A second call changes nothing. */
enum status vault_harden_process(enum vault_memory memory, struct error *error) AKKOORD_MUST_CHECK;
/* How much memory for keys that made: 512 KiB, or 64 KiB where RLIMIT_MEMLOCK allows no more; 0 before. */
size_t vault_key_memory_bytes(void);

struct data_key {
    struct uuid id;
    enum key_purpose purpose;
    uint8_t *secret; /* DATA_KEY_BYTES in the secure heap; NULL once released */
};

struct wrapped_key {
    uint8_t bytes[WRAPPED_KEY_BYTES];
    struct uuid kek_id; /* as in the bytes: for the column that finds what an old KEK still wraps */
};

/* A new random key with a new id, and its wrapped form to store. Only for a purpose that
 * wraps (key_purpose_wraps()).
 * STATUS_BUSY "secure_heap_full": too many keys are held at once. */
enum status vault_data_key_new(struct keyring *keyring, enum key_purpose purpose, struct data_key *key,
                               struct wrapped_key *wrapped, struct error *error) AKKOORD_MUST_CHECK;

/* `id` and `purpose` are what the row claims: a wrapped key of another is refused. STATUS_NOT_FOUND "kek_destroyed":
 * the key is gone by design, whatever it sealed is shredded. STATUS_INTERNAL: "wrapped_key_malformed",
 * "wrapped_key_mismatch" (another purpose or id), "kek_unknown" (the keyring lacks the KEK, also after its file was
 * looked at again), "wrapped_key_rejected" (altered, or another KEK under that id). STATUS_BUSY as above. On failure
 * there is nothing to release. */
enum status vault_data_key_unwrap(struct keyring *keyring, enum key_purpose purpose, const struct uuid *id,
                                  const void *wrapped, size_t length, struct data_key *key,
                                  struct error *error) AKKOORD_MUST_CHECK;

/* Overwrites and frees the secret. A released or zeroed key is accepted. */
void vault_data_key_release(struct data_key *key);

/* The same data key under the now active KEK of its purpose; sealed data stay as they are. Wrapping anew what the
 * active KEK wrapped is allowed. `fresh` may be what `wrapped` points into. Errors as for vault_data_key_unwrap. */
enum status vault_data_key_rewrap(struct keyring *keyring, const void *wrapped, size_t length,
                                  struct wrapped_key *fresh, struct error *error) AKKOORD_MUST_CHECK;

/* Which KEK a wrapped key needs. STATUS_INTERNAL "wrapped_key_malformed". */
enum status vault_wrapped_key_kek(const void *wrapped, size_t length, struct uuid *kek_id,
                                  struct error *error) AKKOORD_MUST_CHECK;
