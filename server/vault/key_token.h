#pragma once
/*
 * A PKCS#11 token (an HSM, a smart card, SoftHSM) whose key wraps key-encryption keys, so that the keyring file alone
 * opens nothing. Nothing outside server/vault includes this. One thread at a time; a call takes as long as the token.
 *
 * A wrapped KEK is bytes, of which the first says how:
 *
 *     1  an AES-256 key of the token, CKM_AES_GCM: nonce (12), ciphertext (32), tag (16)
 *     2  an RSA key pair of the token, CKM_RSA_PKCS_OAEP with SHA-1 (what all tokens have): the ciphertext
 *
 * With AES the associated data are "akkoord/v1/token-wrapped", the KEK's id (16) and its purpose (1); with RSA the
 * plaintext is id and purpose, then the KEK. So a wrapped KEK is that of its own entry and of no other.
 */
#include "akkoord/base/status.h"
#include "akkoord/vault/keyring.h"
#include "keyring_internal.h"

#define TOKEN_WRAPPED_BYTES_MAX 1025 /* RSA with 8192 bits */
#define TOKEN_URI_BYTES         256

struct key_token;

/* Copies the options; does not touch the token yet. */
struct key_token *key_token_new(const struct keyring_token *options) __attribute__((returns_nonnull));
/* NULL is accepted. */
void key_token_free(struct key_token *token);

/* "pkcs11:token=...;object=..." (RFC 7512): which key it is. */
const char *key_token_uri(const struct key_token *token);

/* Each logs in when that has not been done. STATUS_UNAVAILABLE "key_token": the module, the token or its key can't be
 * used; STATUS_INVALID "key_token_rejected": another key wrapped it, or it is of another entry. */
enum status key_token_wrap(struct key_token *token, const struct uuid *id, enum key_purpose purpose,
                           const uint8_t kek[KEK_BYTES], uint8_t wrapped[TOKEN_WRAPPED_BYTES_MAX], size_t *length,
                           struct error *error) AKKOORD_MUST_CHECK;
enum status key_token_unwrap(struct key_token *token, const struct uuid *id, enum key_purpose purpose,
                             const uint8_t *wrapped, size_t length, uint8_t kek[KEK_BYTES],
                             struct error *error) AKKOORD_MUST_CHECK;
/* Logs out, so that nothing of the token stays open between two uses. */
void key_token_disconnect(struct key_token *token);
