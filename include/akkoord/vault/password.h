#pragma once
/*
 * Passwords: Argon2id (RFC 9106), 19 MiB, 2 passes, 1 lane, kept as a PHC string
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$<16 bytes salt>$<32 bytes hash>      (base64 without padding)
 *
 * Each call works for some 20 ms in 19 MiB of memory of its own, mapped for the call and given back to the system at
 * its end: call it from the `slow` workers only, never from an event loop. Any number of threads may be inside.
 *
 * A password is taken as the bytes that came: no trimming, no Unicode normalisation.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/status.h"

#define PASSWORD_CHARACTERS_MIN 8 /* NIST SP 800-63B, 5.1.1.2 */
#define PASSWORD_CHARACTERS_MAX 1024
#define PASSWORD_LENGTH_MAX     ((size_t)PASSWORD_CHARACTERS_MAX * 4) /* bytes of UTF-8 */
#define PASSWORD_HASH_BYTES     128                                   /* room for the PHC string with its NUL */

/* Whether a new password may be used: 8 to 1024 Unicode characters. STATUS_INVALID with field
 * `password` and code "length". Cheap: for the validation of a request. */
enum status password_check_rules(const char *password, size_t length, struct error *error) AKKOORD_MUST_CHECK;

/* Hashes with a new salt; checks the rules first (errors as above). */
enum status password_hash(const char *password, size_t length, char hash[PASSWORD_HASH_BYTES],
                          struct error *error) AKKOORD_MUST_CHECK;

/* STATUS_UNAUTHENTICATED "wrong_password" when it does not fit; STATUS_INTERNAL "password_hash_malformed" when the
 * stored text is not of the form above (memory up to 1 GiB, 1 to 16 passes and 1 to 16 lanes are read). Takes the same
 * time for right and wrong. */
enum status password_verify(const char *password, size_t length, const char *hash,
                            struct error *error) AKKOORD_MUST_CHECK;

/* For a name that nobody has: costs what password_verify costs and gives its STATUS_UNAUTHENTICATED, so that the time
 * of the answer does not tell who is known. */
enum status password_verify_nobody(const char *password, size_t length, struct error *error) AKKOORD_MUST_CHECK;

/* Whether the stored hash has other parameters than new ones get: hash again when the password is next at hand. */
bool password_needs_rehash(const char *hash);
