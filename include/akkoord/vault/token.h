#pragma once
/*
 * Bearer tokens: 32 random bytes as 43 characters of base64url. Only the SHA-256 of the text is stored: 256 random bits
 * need no salt and no slow hash, and who reads the database can't log in with what stands there. Any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/crypto.h"
#include "akkoord/base/status.h"

#define TOKEN_SECRET_BYTES 32
#define TOKEN_LENGTH       43
#define TOKEN_TEXT_BYTES   (TOKEN_LENGTH + 1)

/* The text goes to the client, once; the hash goes into the database. */
void token_new(char text[TOKEN_TEXT_BYTES], uint8_t hash[SHA256_BYTES]);

/* The hash to look a presented token up by. STATUS_UNAUTHENTICATED, code "unauthenticated", when it is no token of
 * ours by its form. */
enum status token_hash(const char *text, size_t length, uint8_t hash[SHA256_BYTES],
                       struct error *error) AKKOORD_MUST_CHECK;
