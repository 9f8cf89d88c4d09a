#pragma once
/*
 * The keys of the audit log, and its signed heads: checkpoints as C2SP has them (c2sp.org/tlog-checkpoint) in signed
 * notes (c2sp.org/signed-note):
 *
 *     akkoord/0197...                         the log's origin: "akkoord/" and the id of the keyring's audit key
 *     4711                                    how many leaves
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=      the root of the tree over them, base64
 *
 *     — akkoord/0197... <base64 of the key id and the Ed25519 signature over the three lines>
 *
 * The key id is the first 4 bytes of SHA-256(name, LF, 0x01, public key); the verifier key that may be given away is
 * "name+<key id, hex>+<base64 of 0x01 and the public key>".
 *
 * All keys come from the audit key of the keyring, by HKDF-SHA512 (RFC 5869), no salt: what is derived to use it by has
 * the info "akkoord/v1/audit"; of that the seed of Ed25519 (RFC 8032) has the info "akkoord/v1/audit/sign", the key
 * that leaves are authenticated with "akkoord/v1/audit/mac", and what goes into every digest of a row
 * "akkoord/v1/audit/row". The key is never rotated: a log has one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/vault/keyring.h"
#include "akkoord/vault/merkle.h"

#define AUDIT_ORIGIN_BYTES     64 /* with the NUL */
#define AUDIT_KEY_ID_BYTES     4
#define AUDIT_MAC_BYTES        32
#define ED25519_KEY_BYTES      32
#define ED25519_SIGNATURE      64
#define CHECKPOINT_BYTES_MAX   1024
#define VERIFIER_KEY_BYTES_MAX 192

struct audit_key;

/* STATUS_NOT_FOUND `audit_key_missing` when the keyring has none. The key outlives a reload of the keyring. */
enum status audit_key_open(struct keyring *keyring, struct audit_key **key, struct error *error) AKKOORD_MUST_CHECK;
/* Overwrites it. NULL is accepted. */
void audit_key_free(struct audit_key *key);

/* HMAC-SHA256 over `what`, a zero byte, and the parts laid end to end. */
void audit_key_mac(const struct audit_key *key, const char *what, const void *bytes, size_t length,
                   uint8_t out[AUDIT_MAC_BYTES]);
/* 32 bytes. */
const uint8_t *audit_key_row_secret(const struct audit_key *key);
const char *audit_key_origin(const struct audit_key *key);
/* The verifier key; no line feed. */
void audit_key_verifier(const struct audit_key *key, char out[VERIFIER_KEY_BYTES_MAX]);

struct checkpoint {
    uint64_t size;
    uint8_t root[MERKLE_HASH_BYTES];
};

/* The whole note; ends with a line feed. */
void checkpoint_sign(const struct audit_key *key, const struct checkpoint *checkpoint, char out[CHECKPOINT_BYTES_MAX]);
/* Reads a note of this log and checks our signature; other signatures (of witnesses) and extension lines are passed
 * over. STATUS_INVALID `checkpoint_malformed`, `checkpoint_foreign` (another log's), `checkpoint_unsigned`. */
enum status checkpoint_open(const struct audit_key *key, const char *text, size_t length, struct checkpoint *checkpoint,
                            struct error *error) AKKOORD_MUST_CHECK;
