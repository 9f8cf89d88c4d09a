#pragma once
/*
 * The blind index: finds a person by e-mail address in a database that does not hold the address.
 *
 * The index of an address is HMAC-SHA256 (RFC 2104) over the normalised address, keyed with HKDF-SHA512 (RFC 5869) of
 * an index KEK, no salt, info "akkoord/v1/index/email", 32 bytes. Whoever has the database but not the keyring can't
 * test guesses against it. Beside each index stands the id of its KEK, so that the key can be changed.
 *
 * Any thread may call anything here.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/crypto.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/vault/keyring.h"

#define EMAIL_LENGTH_MIN     3
#define EMAIL_LENGTH_MAX     254 /* RFC 5321, 4.5.3.1.3: a path of 256 less its angle brackets */
#define EMAIL_BYTES          (EMAIL_LENGTH_MAX + 1)
#define BLIND_INDEX_BYTES    SHA256_BYTES
#define BLIND_INDEX_KEYS_MAX 8

struct blind_index {
    struct uuid key_id;
    uint8_t bytes[BLIND_INDEX_BYTES];
};

/* Checks an address and brings it into the one form that is indexed: ASCII spaces around it are dropped, ASCII letters
 * (of the part before the @ too: no provider of note tells them apart) become small. Other bytes must be valid UTF-8
 * and stay as they are: no Unicode normalisation, no Punycode. What passes: 3 to 254 bytes; one @; before it 1 to 64
 * bytes, an RFC 5322 dot-atom (no quotes); after it at least two labels of letters, digits and hyphens, 1 to 63 bytes
 * each, no hyphen at an end, the last label not all digits. STATUS_INVALID with field `email` and code "length" or
 * "format". */
enum status email_normalise(const char *text, size_t length, char out[EMAIL_BYTES],
                            struct error *error) AKKOORD_MUST_CHECK;

/* The index of a normalised address under the active index key: what is stored. */
void blind_index_make(struct keyring *keyring, const char *normalised, struct blind_index *index);

/* The indexes under every index key that still lives, the active one first: what is searched for, as rows may stand
 * under an older key. Returns how many, at least 1 (the newest BLIND_INDEX_KEYS_MAX keys are used). */
size_t blind_index_candidates(struct keyring *keyring, const char *normalised,
                              struct blind_index indexes[BLIND_INDEX_KEYS_MAX]);
